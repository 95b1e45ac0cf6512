// [[service]] of cloister.toml, from outside: what is wrong with one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "selftests/adapters/googletest/services_of_a_file.h"

namespace cloister::selftests {
namespace {

using testing::HasSubstr;

TEST_F(ServicesOfAFile, ThatExitAreAnError) {
  write_service(
      "deeds = [\"complain=no such option\", \"exit=3\"]\nready.port = 7000\nname = \"server\"");
  EXPECT_THAT(err_of("Good.HasNoChild"),
              HasSubstr("cannot start the service 'server' (" + directory_.path().string() +
                        "/cloister.toml:1): it exited with status 3 while waited for: port 7000 "
                        "(Connection refused); see what it printed:\n"));
}

TEST_F(ServicesOfAFile, ThatAreLateAreAnError) {
  write_service(
      "deeds = [\"say=starting\"]\nready.log_line = \"listening\"\nready_within = \"300ms\"\n"
      "name = \"server\"");
  const std::string err = err_of("Good.HasNoChild");
  EXPECT_THAT(err, HasSubstr("waited 300 ms for 'listening' in its output; see what it printed, or "
                             "set ready_within:"));
  EXPECT_THAT(err, HasSubstr("server | starting"));
}

TEST_F(ServicesOfAFile, WithoutAProgramAreAnError) {
  std::ofstream(directory_.path() / "cloister.toml")
      << "[[service]]\ncommand = [\"no-such-server\"]\n";
  EXPECT_THAT(err_of("Good.HasNoChild"),
              HasSubstr("cannot execute 'no-such-server' for the service 'no-such-server' (" +
                        directory_.path().string() +
                        "/cloister.toml:1): No such file or directory (ENOENT); install the "
                        "program, or correct the command"));
}

TEST_F(ServicesOfAFile, WithoutADirectoryAreAnError) {
  write_service("deeds = [\"say=ready\"]\ndirectory = \"missing\"");
  EXPECT_THAT(err_of("Good.HasNoChild"),
              HasSubstr("cannot enter the directory '" + directory_.path().string() + "/missing'"));
}

TEST_F(ServicesOfAFile, ThatAnotherProgramStandsInForAreAnError) {
  if (!has_own_network()) return;
  write_service(kCounting);
  write_service(std::string(kCounting) + "\nname = \"second\"");
  EXPECT_THAT(err_of("Good.HasNoChild"), HasSubstr("another program answers already"));
}

TEST_F(ServicesOfAFile, ForNoTestAreAnError) {
  write_service(std::string(kCounting) + "\nfilter = \"Alon.*\"");
  const Ended ended = run_linked("Good.HasNoChild");
  EXPECT_EQ(ended.status, 2);
  EXPECT_THAT(ended.err,
              HasSubstr("cloister.toml:4:10: the filter 'Alon.*' of this service matches "
                        "no test; did you mean 'Alone.*'?"));
}

TEST_F(ServicesOfAFile, ThatAreOptionalMayBeForNoTest) {
  write_service(std::string(kCounting) + "\nfilter = \"Alon.*\"\noptional = true");
  EXPECT_EQ(run_linked("Good.HasNoChild").status, 0);
}

}  // namespace
}  // namespace cloister::selftests
