#include "adapters/googletest/guest_arguments.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <sstream>

#include "framework/kernel/fd.h"

#if GTEST_HAS_DEATH_TEST
namespace testing::internal {
// Declared once more, as weak: absent where GoogleTest is a shared library that hides what is not
// its interface.
// NOLINTBEGIN(readability-redundant-declaration)
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

// Where GoogleTest looks for it, whatever directory main() has gone to since.
std::string file_of_flags(std::string_view named) {
  if (named.starts_with('/')) return std::string(named);
  return fmt::format("{}/{}", testing::UnitTest::GetInstance()->original_working_dir(), named);
}

}  // namespace

Result<std::vector<std::string>> for_guests(const std::vector<std::string>& own) {
  std::vector<std::string> arguments;
  for (const std::string& argument : own) {
    if (argument.starts_with(kStreamFlag)) continue;
    if (!argument.starts_with(kFileFlag)) {
      arguments.push_back(argument);
      continue;
    }
    const auto lines =
        read_file(file_of_flags(std::string_view(argument).substr(kFileFlag.size())));
    if (!lines) return std::unexpected(lines.error());
    std::istringstream in(*lines);
    for (std::string line; std::getline(in, line);) {
      if (!line.empty() && !line.starts_with(kStreamFlag)) arguments.push_back(line);
    }
  }
  return arguments;
}

void use_in_death_tests([[maybe_unused]] const std::vector<std::string>& arguments) {
  ::unsetenv(kStreamVariable);
#if GTEST_HAS_DEATH_TEST
  void (*const set)(const std::vector<std::string>&) = &testing::internal::SetInjectableArgvs;
  if (set != nullptr && arguments != testing::internal::GetArgvs()) set(arguments);
#endif
}

}  // namespace cloister::googletest
