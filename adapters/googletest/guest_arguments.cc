#include "adapters/googletest/guest_arguments.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <sstream>

#include "framework/kernel/fd.h"
#include "framework/launch/start_again.h"

#if GTEST_HAS_DEATH_TEST
namespace testing::internal {
// Declared once more, as weak: absent where GoogleTest is a shared library that hides what is not
// its interface.
// NOLINTBEGIN(readability-redundant-declaration)
[[gnu::weak]] std::vector<std::string> GetInjectableArgvs();
[[gnu::weak]] void SetInjectableArgvs(const std::vector<std::string>& arguments);
// NOLINTEND(readability-redundant-declaration)
}  // namespace testing::internal
#endif

namespace cloister::googletest {
namespace {

constexpr std::string_view kStreamFlag = "--gtest_stream_result_to=";
constexpr const char* kStreamVariable = "GTEST_STREAM_RESULT_TO";

// A file of flags may be out of a cell's view: its lines take its place.
constexpr std::string_view kFileFlag = "--gtest_flagfile=";

}  // namespace

Result<std::vector<std::string>> arguments_to_start_again() {
  auto own = command_line();
  if (!own) return own;
  std::vector<std::string> arguments;
  for (const std::string& argument : *own) {
    if (argument.starts_with(kStreamFlag)) continue;
    if (!argument.starts_with(kFileFlag)) {
      arguments.push_back(argument);
      continue;
    }
    const auto lines = read_file(argument.substr(kFileFlag.size()));
    if (!lines) return std::unexpected(lines.error());
    std::istringstream in(*lines);
    for (std::string line; std::getline(in, line);) {
      if (!line.empty() && !line.starts_with(kStreamFlag)) arguments.push_back(line);
    }
  }
  return arguments;
}

void leave_streaming_to_the_keeper() {
  if (GTEST_FLAG_GET(stream_result_to).empty()) return;
  ::unsetenv(kStreamVariable);
#if GTEST_HAS_DEATH_TEST
  void (*const set)(const std::vector<std::string>&) = &testing::internal::SetInjectableArgvs;
  if (set == nullptr) return;
  auto arguments = testing::internal::GetInjectableArgvs();
  std::erase_if(arguments,
                [](const std::string& argument) { return argument.starts_with(kStreamFlag); });
  set(arguments);
#endif
}

}  // namespace cloister::googletest
