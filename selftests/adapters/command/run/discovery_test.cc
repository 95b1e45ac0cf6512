// What cloister_discover_tests() writes for CTest, by its own script.
#include <fstream>

#include "selftests/adapters/command/run/cloister_run.h"

namespace cloister::selftests {
namespace {

// As CloisterDiscoverTests.cmake has it written by CMake, for that binary.
Ended discover(const std::string& binary, const std::string& tests_file,
               const std::vector<std::string>& environment = {}) {
  const std::string script = scratch("discover.cmake");
  std::ofstream(script) << "set(BINARY [==[" << binary << "]==])\nset(CLOISTER [==["
                        << cloister_command() << "]==])\nset(TESTS_FILE [==[" << tests_file
                        << "]==])\nset(WORKING_DIRECTORY [==[/]==])\nset(TEST_LIST all)\n"
                        << "set(DISCOVERY_TIMEOUT 60)\nset(PROPERTIES LABELS a)\n"
                        << "include([==[" << CMAKE_DIRECTORY << "/CloisterAddTests.cmake]==])\n";
  Program program{{"cmake", "-P", script}};
  program.environment = environment;
  Ended ended = run(program);
  std::filesystem::remove(script);
  return ended;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size())
    ++found;
  return found;
}

TEST(Discovery, OfTenThousandTestsTakesSeconds) {
  const std::string file = scratch("many_tests.cmake");
  const auto begin = std::chrono::steady_clock::now();
  const Ended ended = discover(tool("tests_many"), file, {"MANY=10000"});
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_EQ(count(content_of(file), "add_test("), 10000U);
  std::filesystem::remove(file);
}

TEST(Discovery, WritesEachTestWithWhatItWasGiven) {
  const std::string file = scratch("tests.cmake");
  const Ended ended = discover(tool("tests_googletest"), file);
  EXPECT_EQ(ended.status, 0) << ended.err;
  const std::string content = content_of(file);
  EXPECT_THAT(content, testing::HasSubstr("add_test([=[Ends.Passes]=] "));
  EXPECT_THAT(content, testing::HasSubstr(" --kind googletest [=[--test=Ends.Passes]=] "));
  EXPECT_THAT(content, testing::HasSubstr(
                           "set_tests_properties([=[Ends.Passes]=] PROPERTIES WORKING_DIRECTORY "
                           "[=[/]=] SKIP_RETURN_CODE 77 [=[LABELS]=] [=[a]=])"));
  EXPECT_THAT(content, testing::ContainsRegex("Ends.DISABLED_Off.=. PROPERTIES .* DISABLED TRUE"));
  std::filesystem::remove(file);
}

// What CMake gives a meaning, as quotes, brackets and variables, stands in names as it is.
TEST(Discovery, TakesNamesAsTheyAre) {
  const std::string file = scratch("odd_tests.cmake");
  const Ended ended = discover(tool("tests_googletest"), file);
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_THAT(content_of(file), testing::HasSubstr("[==[--test=Names.$ENV{HOME} ${X} ]=] ;]==]"));
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace cloister::selftests
