#include "adapters/service/program.h"

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <string_view>

#include <cloister/service.h>

namespace cloister::service {
namespace {

bool is_program(const std::filesystem::path& file) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(file, ignored) && ::access(file.c_str(), X_OK) == 0;
}

}  // namespace

std::string find_program(const std::string& program, const Environment& added) {
  const auto fail = [&program] [[noreturn]] (const std::string& why) {
    throw ServiceError("cannot start '" + program + "': " + why);
  };
  if (program.empty()) fail("its command is empty; give ServiceConfig::command a program");
  if (program.find('/') != std::string::npos) {
    // The service may have another working directory.
    const std::filesystem::path file = std::filesystem::absolute(program);
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored))
      fail("there is no such file; install it, or correct its path");
    if (!is_program(file)) fail("it is not a file that may be executed; correct its path or mode");
    return file;
  }
  std::string path = "/usr/local/bin:/usr/bin:/bin";
  if (const char* own = ::getenv("PATH"); own != nullptr) path = own;
  if (const auto named = added.find("PATH"); named != added.end()) path = named->second;
  for (std::string_view rest = path;;) {
    const std::size_t end = rest.find(':');
    std::filesystem::path directory = rest.substr(0, end);
    if (directory.empty()) directory = ".";
    if (is_program(directory / program)) return std::filesystem::absolute(directory / program);
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  fail("there is no such program in PATH (" + path + "); install it, or give its path");
}

std::vector<std::string> whole_environment(const Environment& added) {
  std::vector<std::string> all;
  for (char** variable = ::environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    if (added.count(std::string(text.substr(0, text.find('=')))) == 0) all.emplace_back(text);
  }
  for (const auto& [name, value] : added) {
    all.push_back(name + '=');
    all.back() += value;
  }
  return all;
}

}  // namespace cloister::service
