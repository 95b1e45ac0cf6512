// Directories on a disk for what tests write in their views: while they run
// (CellConfig::files_store), and when they have failed (CellConfig::keep_failed).
#pragma once

#include <string>

#include "framework/kernel/error.h"

namespace cloister {

// What the names of this process's directories in `directory` begin with. Those that a process has
// left which is no more are removed.
Result<std::string> file_store(const std::string& directory);

// Makes the directory, if anything is to be saved there. What was saved there before goes; what is
// there and was not made by this is an Error.
Result<void> make_place_of_saved(const std::string& where, bool is_to_be_there);

// Removes the directory with all that is in it, whatever its rights are.
void remove_stored(const std::string& path);

}  // namespace cloister
