// What a service is waited for, and what is said when it does not come.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>

#include <cloister/this_cell.h>

#include "selftests/adapters/service/serving.h"
#include "selftests/support/lane.h"

namespace cloister::selftests {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// The same one in every cell that has a network of its own.
std::uint16_t some_port() {
  return this_cell().inside() && lane_gives("private network") ? 6379 : free_port();
}

TEST(Ready, IsAPortThatIsOpenedLater) {
  const std::uint16_t number = some_port();
  Service service(serving({"wait=50", "listen=" + std::to_string(number)}, port(number)));
  EXPECT_TRUE(service.is_running());
}

TEST(Ready, IsAPortOfIPv6Alone) {
  const std::uint16_t number = some_port();
  const ServiceConfig config = serving({"listen6=" + std::to_string(number)}, port(number));
  if (!std::filesystem::exists("/proc/net/if_inet6")) {  // a kernel without IPv6
    EXPECT_THAT(error_of(config), HasSubstr("bind: "));
    return;
  }
  const Service service(config);
}

TEST(Ready, IsAPortOfANamedHost) {
  const std::uint16_t number = some_port();
  const std::string listen = "listen=" + std::to_string(number);
  const Service service(serving({listen}, port("127.0.0.1", number)));
}

TEST(Ready, IsAUnixSocketAndNotItsFileAlone) {
  char directory[] = "/tmp/sockets-XXXXXX";
  ASSERT_NE(mkdtemp(directory), nullptr);
  const std::string path = std::string(directory) + "/socket";
  {
    const Service service(serving({"unix=" + path}, unix_socket(path)));
  }
  ASSERT_TRUE(std::filesystem::exists(path));  // and nobody listens
  ServiceConfig config = serving({}, unix_socket(path));
  config.ready_within = 50ms;
  EXPECT_THAT(error_of(config), HasSubstr("for socket " + path));
  std::filesystem::remove_all(directory);
}

TEST(Ready, IsATextInTheLogAlsoInParts) {
  const Service service(
      serving({"say=almost there", "write=now rea", "wait=50", "say=dy to accept"},
              log_line("ready to accept")));
  EXPECT_EQ(service.log(), "almost there\nnow ready to accept\n");
}

TEST(Ready, IsATextFarDownInTheLog) {
  const Service service(serving({"flood=3", "complain=ready"}));
  EXPECT_THAT(service.log(), EndsWith("ready\n"));
}

TEST(Ready, IsAStatusOfHttp) {
  const std::string number = std::to_string(some_port());
  const std::string url = "http://127.0.0.1:" + number + "/health";
  const Service service(serving({"http=" + number}, http(url)));
  EXPECT_TRUE(http(url).conditions.at(0).lacks("").empty());
}

TEST(Ready, NamesTheStatusThatCameInstead) {
  const std::string number = std::to_string(some_port());
  ServiceConfig config = serving({"http=" + number}, http("http://localhost:" + number, 204));
  config.ready_within = 2s;
  EXPECT_THAT(error_of(config), HasSubstr("(it answered 'HTTP/1.1 200 OK')"));
}

TEST(Ready, RefusesWhatIsNoUrlOfHttp) {
  for (const char* url : {"https://localhost/", "localhost:80", "http://", "http://x:0/",
                          "http://x:99999/", "http://x/a b"})
    EXPECT_THROW(http(url), ServiceError) << url;
  EXPECT_NO_THROW(http("http://[::1]:8080"));
}

TEST(Ready, IsAPredicateThatMayThrow) {
  int asked = 0;
  const auto third_time = [&asked] {
    if (++asked == 1) throw std::runtime_error("too early");
    return asked == 3;
  };
  const Service service(serving({}, when(third_time)));
  EXPECT_EQ(asked, 3);
}

TEST(Ready, QuotesWhatAPredicateThrows) {
  const auto never = []() -> bool { throw std::runtime_error("the table is missing"); };
  ServiceConfig config = serving({}, when(never, "table of users"));
  config.ready_within = 20ms;
  EXPECT_THAT(error_of(config), HasSubstr("for table of users (the table is missing)"));
}

TEST(Ready, IsAllOfSeveralEachAskedUntilItHolds) {
  int first = 0;
  int second = 0;
  const Service service(serving({}, all_of({when([&first] { return ++first == 2; }),
                                            when([&second] { return ++second == 2; })})));
  EXPECT_EQ(first, 2);
  EXPECT_EQ(second, 2);
}

TEST(Ready, IsAtOnceWithoutACondition) {
  Service service(serving({}, Ready{}));
  EXPECT_TRUE(service.is_running());
}

TEST(Ready, StartsOverInACopyOfAConfiguration) {
  const ServiceConfig config = serving({"say=ready"});
  const Service one(config);
  const Service other(config);
  EXPECT_EQ(other.log(), "ready\n");
}

TEST(NotReady, AtTheDeadlineNamesConditionTimeReasonAndLog) {
  const std::uint16_t number = some_port();
  ServiceConfig config = serving({"say=loading", "say=still loading"}, port(number));
  config.ready_within = 1s;
  const auto start = steady_clock::now();
  const std::string error = error_of(config);
  EXPECT_LT(steady_clock::now() - start, 5s);
  EXPECT_THAT(error, StartsWith("guest_serving did not become ready: waited 1 s for port " +
                                std::to_string(number) + " (Connection refused); see its log"));
  EXPECT_THAT(error, HasSubstr("/cloister-guest_serving-"));
  EXPECT_THAT(error, EndsWith(".log):\n  | loading\n  | still loading"));
}

TEST(NotReady, ShowsTheEndOfALongLogAndKeepsItWhole) {
  ServiceConfig config = serving({"flood=2", "say=the last line", "exit=4"}, log_line("ready"));
  config.log_file = "/tmp/whole-" + std::to_string(getpid()) + ".log";
  const std::string error = error_of(config);
  EXPECT_THAT(error, AllOf(HasSubstr("the end of its log (" + config.log_file + "):\n"),
                           EndsWith("\n  | the last line")));
  EXPECT_LT(error.size(), 10000U);
  EXPECT_GT(std::filesystem::file_size(config.log_file), std::uintmax_t{2} << 20);
  std::filesystem::remove(config.log_file);
}

TEST(NotReady, IsKnownAtOnceWhenTheProgramEnds) {
  const auto start = steady_clock::now();
  const std::string error =
      error_of(serving({"complain=no such table", "exit=4"}, log_line("ready")));
  EXPECT_LT(steady_clock::now() - start, 5s);  // of 30
  EXPECT_THAT(error, HasSubstr("did not become ready: it exited with status 4 after "));
  EXPECT_THAT(error, HasSubstr(" of waiting for 'ready' in its log; see its log\n"));
  EXPECT_THAT(error, EndsWith("\n  | no such table"));
}

TEST(NotReady, NamesTheSignalThatEndedTheProgram) {
  EXPECT_THAT(error_of(serving({"raise=9"})),
              HasSubstr("it was killed by SIGKILL (Killed) after "));
}

TEST(NotReady, KnowsAProgramThatWentIntoTheBackground) {
  const std::string error = error_of(serving({"exit=0"}));
  EXPECT_THAT(error, HasSubstr("tell it to stay in the foreground\nits log (/tmp/"));
  EXPECT_THAT(error, EndsWith(") is empty"));
}

TEST(NotReady, IsAPortThatAnotherProgramHas) {
  const std::uint16_t number = some_port();
  const std::string listen = "listen=" + std::to_string(number);
  const Service first(serving({listen}, port(number)));
  EXPECT_EQ(error_of(serving({listen}, port(number))),
            "cannot start guest_serving: port " + std::to_string(number) +
                " is there already, by something else; end that, or run the test in a cell, where "
                "every port is free");
}

TEST(NotStarted, NamesAProgramThatIsNotThere) {
  ServiceConfig config;
  config.command = {"redis-servr"};
  config.environment = {{"PATH", "/usr/bin:/bin"}};
  EXPECT_EQ(error_of(config),
            "cannot start 'redis-servr': there is no such program in PATH "
            "(/usr/bin:/bin); install it, or give its path");
  config.command = {"/nowhere/redis-server"};
  EXPECT_EQ(error_of(config),
            "cannot start '/nowhere/redis-server': there is no such file; "
            "install it, or correct its path");
  config.command = {"/etc/passwd"};
  EXPECT_THAT(error_of(config), HasSubstr("it is not a file that may be executed"));
  config.command.clear();
  EXPECT_THAT(error_of(config), HasSubstr("its command is empty"));
}

TEST(NotStarted, NamesADirectoryThatIsNotThere) {
  ServiceConfig config = serving({});
  config.directory = "/nowhere";
  EXPECT_THAT(error_of(config), HasSubstr("there is no directory '/nowhere'"));
}

TEST(NotStarted, NamesALogFileThatCannotBeMade) {
  ServiceConfig config = serving({});
  config.log_file = "/nowhere/log";
  EXPECT_THAT(error_of(config),
              HasSubstr("cannot make the log file '/nowhere/log': No such file or directory"));
}

}  // namespace
}  // namespace cloister::selftests
