// Finds and reads cloister.toml. What it says is config_file.h's.
#pragma once

#include <optional>
#include <string>

#include "framework/kernel/error.h"

namespace cloister {

struct ConfigText {
  std::string name;  // of the file
  std::string text;
};

// The cloister.toml in `directory`, or in the nearest one above it; nothing when there is none.
Result<std::optional<ConfigText>> find_config(std::string directory);

// The file that is named; nothing for "none"; for "" what is found from the working directory.
Result<std::optional<ConfigText>> read_config(const std::string& named);

}  // namespace cloister
