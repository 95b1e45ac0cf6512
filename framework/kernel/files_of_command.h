// Which files a command may mean, as execvp(3) looks for them.
#pragma once

#include <string>
#include <vector>

namespace cloister {

// Every file that the command could be: where a name is looked up in PATH, those that are there.
std::vector<std::string> files_of_command(const std::string& command);

// The reason that execvp(3) had, from the errno that it left. A directory of PATH that may not be
// searched is none, as shells see it.
int why_not_executed(const std::string& command, int number);

}  // namespace cloister
