// What the keeper knows of an iteration: here the test is its warden. What is interrupted is a
// fork, because tests that were not run are passed over in this very program.
#include "adapters/googletest/iteration.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "framework/report/encode.h"
#include "framework/watch/outbox.h"
#include "selftests/adapters/googletest/made_up_record.h"

namespace cloister::googletest {
namespace {

class IterationOfTwoTests : public testing::Test {
 protected:
  static constexpr TestId kFirst = 0;
  static constexpr TestId kSecond = 1;

  IterationOfTwoTests() { begin(); }
  void begin() {
    auto pair = make_socket_pair(SOCK_STREAM).value();
    WardenLink link;
    link.socket = std::move(pair.ours);
    iteration.emplace(registry, std::vector<TestId>{kFirst, kSecond}, std::move(link));
    warden.emplace(std::move(pair.theirs));
  }
  void report(TestId id, Outcome outcome = Finished{}) {
    CellReport cell;
    cell.id = id;
    cell.outcome = std::move(outcome);
    cell.usage.wall = std::chrono::milliseconds(1500);
    warden->put(encode(cell));
    ASSERT_TRUE(warden->flush());
  }
  // Does it in a fork, with replays in place of this program's tests, and returns what is said on
  // stderr. A failed EXPECT there fails the test.
  template <typename Action>
  std::string said_in_fork(Action action) {
    return printed_by([&] {
             const pid_t child = ::fork();
             if (child == 0) {
               registry.replace([](TestId) -> testing::Test* { return nullptr; }, [] {}, [] {});
               begin();  // signals are for the process that did so
               action();
               fflush(nullptr);
               ::_exit(testing::Test::HasFailure() ? 1 : 0);
             }
             int status = 0;
             EXPECT_EQ(::waitpid(child, &status, 0), child);
             EXPECT_EQ(status, 0);
           })
        .err;
  }
  static std::string first_name() {
    Registry names;
    names.enumerate();
    return full_name(names.test(kFirst));
  }
  void interrupt() {
    ::raise(SIGINT);
    warden.reset();
  }

  Registry registry;
  std::optional<Outbox> warden;
  std::optional<Iteration> iteration;
};

TEST_F(IterationOfTwoTests, HasTheRecordOfEach) {
  report(kSecond);
  report(kFirst, Exited{3});
  EXPECT_TRUE(std::holds_alternative<Finished>(iteration->wait_for(kSecond)->cell.outcome));
  EXPECT_TRUE(std::holds_alternative<Exited>(iteration->wait_for_first()->cell.outcome));
}

TEST_F(IterationOfTwoTests, KnowsWhetherAnyWasReplayed) {
  report(kFirst);
  iteration->wait_for(kFirst);
  EXPECT_FALSE(iteration->has_finished_any());
  iteration->finish(kFirst);
  EXPECT_TRUE(iteration->has_finished_any());
}

TEST_F(IterationOfTwoTests, HasAFailureForATestWhoseWardenHasEnded) {
  warden.reset();
  const RecordPtr record = iteration->wait_for(kFirst);
  EXPECT_TRUE(std::holds_alternative<SetupFailed>(record->cell.outcome));
  EXPECT_FALSE(iteration->is_not_run(record));
}

TEST_F(IterationOfTwoTests, HasNothingMoreOnceItIsClosed) {
  report(kFirst);
  iteration->close();
  EXPECT_TRUE(std::holds_alternative<SetupFailed>(iteration->wait_for(kFirst)->cell.outcome));
}

TEST_F(IterationOfTwoTests, ThatIsInterruptedHasAnEmptyRecordForATestThatWasNotRun) {
  said_in_fork([&] {
    interrupt();
    EXPECT_TRUE(iteration->is_not_run(iteration->wait_for(kFirst)));
  });
}

TEST_F(IterationOfTwoTests, ThatIsInterruptedHasTheRecordOfATestThatWasRun) {
  said_in_fork([&] {
    report(kFirst);
    interrupt();
    EXPECT_FALSE(iteration->is_not_run(iteration->wait_for(kFirst)));
  });
}

TEST_F(IterationOfTwoTests, ThatIsInterruptedSaysWhatWasRunningAndHowManyWereNotRun) {
  const std::string said = said_in_fork([&] {
    report(kFirst, Interrupted{});
    interrupt();
    iteration->wait_for(kSecond);
  });
  EXPECT_EQ(said, "cloister: interrupted by SIGINT while these were running:\n  " + first_name() +
                      " (1.50 s)\ncloister: 1 test was not run\n");
}

TEST_F(IterationOfTwoTests, ThatIsInterruptedSaysSoOnce) {
  const std::string said = said_in_fork([&] {
    interrupt();
    iteration->wait_for(kFirst);
    iteration->wait_for(kSecond);
  });
  EXPECT_EQ(said,
            "cloister: interrupted by SIGINT while no test was running\n"
            "cloister: 2 tests were not run\n");
}

TEST_F(IterationOfTwoTests, ThatIsInterruptedCountsNoTestThatWasReplayed) {
  const std::string said = said_in_fork([&] {
    report(kFirst);
    iteration->wait_for(kFirst);
    iteration->finish(kFirst);
    interrupt();
    iteration->wait_for(kSecond);
  });
  EXPECT_EQ(said,
            "cloister: interrupted by SIGINT while no test was running\n"
            "cloister: 1 test was not run\n");
}

TEST_F(IterationOfTwoTests, ThatIsInterruptedMakesGoogleTestPassOverWhatWasNotRun) {
  said_in_fork([&] {
    report(kFirst);
    interrupt();
    iteration->wait_for(kSecond);
    // The test that GoogleTest is in stays selected.
    EXPECT_EQ(registry.selected(), (std::vector{kFirst, Registry::id_of(this_test())}));
  });
}

}  // namespace
}  // namespace cloister::googletest
