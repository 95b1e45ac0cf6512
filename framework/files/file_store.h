// Directories on disk for what tests write in their views: while they run
// (CellConfig::files_store), and after they have failed (CellConfig::keep_failed).
#pragma once

#include <string>

#include "framework/kernel/error.h"

namespace cloister {

// The name prefix of this process's directories in `directory`. Removes those of processes that no
// longer exist.
Result<std::string> file_store(const std::string& directory);

// Makes the directory, if anything is to be saved there. Removes what was saved there before.
// Anything there that this did not make is an Error.
Result<void> make_place_of_saved(const std::string& where, bool is_to_be_there);

// Removes the directory with everything in it, whatever the permissions.
void remove_stored(const std::string& path);

}  // namespace cloister
