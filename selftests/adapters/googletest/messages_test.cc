#include "adapters/googletest/messages.h"

#include <gtest/gtest.h>

namespace cloister::googletest {
namespace {

CellReport finished_report() {
  CellReport report;
  report.out.kept = "abcdef";
  report.phases = {{static_cast<std::uint8_t>(Phase::kSuiteSetUp), 0, 0},
                   {static_cast<std::uint8_t>(Phase::kBody), 2, 0}};
  return report;
}

TEST(Record, KnowsWhereThePhasesPrinted) {
  const Record record = make_record(finished_report());
  EXPECT_EQ(record.output_of(Phase::kSuiteSetUp).to.out_offset, 2U);
  EXPECT_EQ(record.output_of(Phase::kBody).from.out_offset, 2U);
  EXPECT_EQ(record.output_of(Phase::kBody).to.out_offset, 6U);
  EXPECT_EQ(record.output_of(Phase::kAfterEnd).from.out_offset,
            record.output_of(Phase::kAfterEnd).to.out_offset);
  EXPECT_EQ(record.last_phase(), Phase::kBody);
}

class BadEvent : public testing::TestWithParam<Event> {};
TEST_P(BadEvent, MakesTheProtocolBroken) {
  CellReport report = finished_report();
  report.events = {GetParam()};
  EXPECT_TRUE(std::holds_alternative<ProtocolBroken>(make_record(std::move(report)).cell.outcome));
}
INSTANTIATE_TEST_SUITE_P(Kinds, BadEvent,
                         testing::Values(Event{0, ""}, Event{99, "x"}, Event{1, "short"},
                                         Event{2, ""}, Event{3, std::string(17, 'x')},
                                         Event{1, std::string(1, '\x09') + std::string(40, '\0')}));

}  // namespace
}  // namespace cloister::googletest
