#include "adapters/googletest/joined_report.h"

#include <gtest/gtest.h>

#include "adapters/googletest/messages.h"

namespace cloister::googletest {
namespace {

CellReport report_of(Phase phase, const std::string& out) {
  CellReport report;
  report.outcome = Finished{};
  report.out.kept = out;
  report.phases = {{static_cast<std::uint8_t>(phase), 0, 0}};
  return report;
}

Record joined() {
  CellReport test = report_of(Phase::kBody, "body.");
  put_before(test, report_of(Phase::kSuiteSetUp, "set-up."));
  put_after(test, report_of(Phase::kSuiteTearDown, "tear-down."));
  return make_record(std::move(test));
}

std::string said_in(const Record& record, Phase phase) {
  const auto [from, to] = record.output_of(phase);
  return record.cell.out.kept.substr(from.out_offset, to.out_offset - from.out_offset);
}

TEST(JoinedReport, HasTheOutputOfEachPhaseInItsPlace) {
  const Record record = joined();
  EXPECT_EQ(said_in(record, Phase::kSuiteSetUp), "set-up.");
  EXPECT_EQ(said_in(record, Phase::kBody), "body.");
  EXPECT_EQ(said_in(record, Phase::kSuiteTearDown), "tear-down.");
}

TEST(JoinedReport, CountsWhatWasDropped) {
  CellReport test = report_of(Phase::kBody, "");
  CellReport earlier = report_of(Phase::kSuiteSetUp, "");
  test.out.dropped = 1;
  earlier.out.dropped = 2;
  put_before(test, earlier);
  EXPECT_EQ(test.out.dropped, 3U);
}

// Of a test that ended like this, and its tear-down like that.
Outcome joined_outcome(Outcome own, Outcome later) {
  CellReport test = report_of(Phase::kBody, "");
  test.outcome = std::move(own);
  CellReport tear_down = report_of(Phase::kSuiteTearDown, "");
  tear_down.outcome = std::move(later);
  put_after(test, tear_down);
  return test.outcome;
}

TEST(JoinedReport, EndsAsItsTearDownIfThatEndsBadly) {
  EXPECT_TRUE(std::holds_alternative<Signaled>(joined_outcome(Finished{}, Signaled{6})));
}

TEST(JoinedReport, KeepsItsOwnBadEnd) {
  EXPECT_TRUE(std::holds_alternative<Exited>(joined_outcome(Exited{3}, Signaled{6})));
}

TEST(JoinedReport, OfATestThatHasEndedIsNotInterruptedLater) {
  EXPECT_TRUE(std::holds_alternative<Finished>(joined_outcome(Finished{}, Interrupted{})));
}

}  // namespace
}  // namespace cloister::googletest
