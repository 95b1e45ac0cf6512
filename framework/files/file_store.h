// A directory on a disk for what tests write in their views (CellConfig::files_store).
#pragma once

#include <string>

#include "framework/kernel/error.h"

namespace cloister {

// What the names of this process's directories in `directory` begin with. Those that a process has
// left which is no more are removed.
Result<std::string> file_store(const std::string& directory);

// Removes the directory with all that is in it, whatever its rights are.
void remove_stored(const std::string& path);

}  // namespace cloister
