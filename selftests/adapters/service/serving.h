// What the selftests of services start: guest_serving, which does what its arguments say.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <cloister/service.h>

namespace cloister::selftests {

// Beside this program, where it was copied to for another user.
inline std::string guest_serving() {
  const auto beside =
      std::filesystem::read_symlink("/proc/self/exe").parent_path() / "guest_serving";
  return exists(beside) ? beside.string() : SERVING;
}

inline ServiceConfig serving(std::vector<std::string> deeds, Ready ready = log_line("ready")) {
  ServiceConfig config;
  config.command = {guest_serving()};
  for (std::string& deed : deeds) config.command.push_back(std::move(deed));
  config.ready = std::move(ready);
  return config;
}

// The text of the ServiceError that the configuration leads to. The log that it names is removed.
inline std::string error_of(ServiceConfig config) {
  const bool named = !config.log_file.empty();
  try {
    const Service service(std::move(config));
    ADD_FAILURE() << "it was started";
  } catch (const ServiceError& error) {
    const std::string text = error.what();
    const std::size_t begin = text.find("log (") + 5;
    if (!named && begin > 5)
      std::filesystem::remove(text.substr(begin, text.find(')', begin) - begin));
    return text;
  }
  return "";
}

}  // namespace cloister::selftests
