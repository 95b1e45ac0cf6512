#include "framework/kernel/files_of_command.h"

#include <errno.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

namespace cloister {

std::vector<std::string> files_of_command(const std::string& command) {
  if (command.find('/') != std::string::npos) return {command};
  std::vector<std::string> files;
  std::string_view path = ::getenv("PATH") == nullptr ? "" : ::getenv("PATH");
  while (!path.empty()) {
    const std::size_t colon = std::min(path.find(':'), path.size());
    std::string file = fmt::format("{}/{}", path.substr(0, colon), command);
    if (::access(file.c_str(), F_OK) == 0) files.push_back(std::move(file));
    path.remove_prefix(std::min(colon + 1, path.size()));
  }
  return files;
}

int why_not_executed(const std::string& command, int number) {
  return number == EACCES && files_of_command(command).empty() ? ENOENT : number;
}

}  // namespace cloister
