// What the keeper makes of what it hears from a warden: here the test says it, and a child stands
// for the builder.
#include "adapters/googletest/inbox.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "framework/report/encode.h"
#include "framework/wire/bytes.h"

namespace cloister::googletest {
namespace {

class InboxOfAWarden : public testing::Test {
 protected:
  void connect(pid_t builder = -1) {
    auto pair = make_socket_pair(SOCK_STREAM);
    ASSERT_TRUE(pair);
    warden.emplace(std::move(pair->theirs));
    WardenLink link;
    link.pid = builder;
    link.socket = std::move(pair->ours);
    inbox = Inbox(std::move(link));
  }
  // A builder that ends so, in the child.
  template <typename End>
  void connect_to_child(End end) {
    builder_ = ::fork();
    if (builder_ == 0) {
      end();
      ::_exit(0);
    }
    ASSERT_GT(builder_, 0);
    connect(builder_);
  }
  void report(TestId id, const std::string& output = "") {
    CellReport cell;
    cell.id = id;
    cell.out.kept = output;
    warden->put(encode(cell));
    ASSERT_TRUE(warden->flush());
  }
  void leave() { warden.reset(); }
  std::string why_there_is_no_report() {
    leave();
    EXPECT_EQ(inbox.wait_for(1), nullptr);
    return std::get<SetupFailed>(inbox.give_up(1)->cell.outcome).why;
  }

  std::optional<Outbox> warden;
  Inbox inbox;
  pid_t builder_ = -1;
};

TEST_F(InboxOfAWarden, GivesTheRecordOfATest) {
  connect();
  report(7, "words");
  const RecordPtr record = inbox.wait_for(7);
  ASSERT_NE(record, nullptr);
  EXPECT_EQ(record->cell.out.kept, "words");
}

TEST_F(InboxOfAWarden, WaitsForATestThatIsReportedAfterOthers) {
  connect();
  report(1);
  report(2, "words");
  EXPECT_EQ(inbox.wait_for(2)->cell.out.kept, "words");
}

TEST_F(InboxOfAWarden, KeepsWhatWasReportedInTheMeantime) {
  connect();
  report(1, "words");
  report(2);
  inbox.wait_for(2);
  ASSERT_NE(inbox.find(1), nullptr);
  EXPECT_EQ(inbox.find(1)->cell.out.kept, "words");
}

TEST_F(InboxOfAWarden, FindsNothingThatItHasNotWaitedFor) {
  connect();
  report(1);
  EXPECT_EQ(inbox.find(1), nullptr);
}

TEST_F(InboxOfAWarden, ForgetsWhatIsDropped) {
  connect();
  report(1);
  inbox.wait_for(1);
  inbox.drop(1);
  EXPECT_EQ(inbox.find(1), nullptr);
}

TEST_F(InboxOfAWarden, LeavesARecordToWhoHasItWhenItIsDropped) {
  connect();
  report(1, "words");
  const RecordPtr record = inbox.wait_for(1);
  inbox.drop(1);
  EXPECT_EQ(record->cell.out.kept, "words");
}

TEST_F(InboxOfAWarden, HasTheLastReportOfATestThatIsReportedTwice) {
  connect();
  report(1, "first");
  report(1, "second");
  report(2);
  inbox.wait_for(2);
  EXPECT_EQ(inbox.find(1)->cell.out.kept, "second");
}

TEST_F(InboxOfAWarden, PassesOverWhatIsNoReport) {
  connect();
  warden->put("nonsense");
  report(1);
  EXPECT_NE(inbox.wait_for(1), nullptr);
}

TEST_F(InboxOfAWarden, TakesAllThatStillComes) {
  connect();
  for (const TestId id : {1U, 2U, 3U}) report(id);
  leave();
  inbox.take_all();
  for (const TestId id : {1U, 2U, 3U}) EXPECT_NE(inbox.find(id), nullptr);
  EXPECT_FALSE(inbox.gave_up());
}

TEST_F(InboxOfAWarden, HasNoRecordOfAReportThatWasCutOff) {
  connect();
  ByteWriter length;
  length.number(std::uint32_t{100});
  ASSERT_EQ(::write(warden->socket().get(), length.bytes().data(), length.bytes().size()), 4);
  leave();
  EXPECT_EQ(inbox.wait_for(1), nullptr);
}

TEST_F(InboxOfAWarden, WithoutOneHasNoRecords) { EXPECT_EQ(inbox.wait_for(1), nullptr); }

TEST_F(InboxOfAWarden, SaysWithWhichStatusItEnded) {
  connect_to_child([] { ::_exit(3); });
  EXPECT_EQ(why_there_is_no_report(),
            "the warden ended with status 3 before this test was reported");
}

TEST_F(InboxOfAWarden, SaysThatItWasKilled) {
  connect_to_child([] { ::_exit(128 + SIGSEGV); });
  EXPECT_EQ(why_there_is_no_report(),
            "the warden was killed by SIGSEGV before this test was reported");
}

TEST_F(InboxOfAWarden, SaysThatItsBuilderWasKilled) {
  connect_to_child([] { ::raise(SIGKILL); });
  EXPECT_EQ(why_there_is_no_report(),
            "the cell builder was killed by SIGKILL before this test was reported");
}

TEST_F(InboxOfAWarden, KnowsATestThatWasGivenUp) {
  connect();
  leave();
  const RecordPtr record = inbox.give_up(1);
  EXPECT_EQ(record->cell.id, 1U);
  EXPECT_EQ(inbox.find(1), record);
}

TEST_F(InboxOfAWarden, HasNoRecordsWhenItIsClosed) {
  connect();
  report(1);
  inbox.wait_for(1);
  inbox.close();
  EXPECT_EQ(inbox.find(1), nullptr);
}

TEST_F(InboxOfAWarden, WaitsForTheEndOfItsBuilderWhenItIsClosed) {
  connect_to_child([] {});
  inbox.close();
  EXPECT_EQ(::waitpid(builder_, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

}  // namespace
}  // namespace cloister::googletest
