// Finds and reads cloister.toml. config_file.h parses it.
#pragma once

#include <optional>
#include <string>

#include "framework/kernel/error.h"

namespace cloister {

struct ConfigText {
  std::string name;  // of the file
  std::string text;
};

// The cloister.toml in `directory`, or in the nearest directory above it; nothing if there is none.
Result<std::optional<ConfigText>> find_config(std::string directory);

// The named file; nothing for "none"; for "" the file found from the working directory.
Result<std::optional<ConfigText>> read_config(const std::string& named);

}  // namespace cloister
