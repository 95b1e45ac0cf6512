#include "adapters/googletest/messages.h"

#include <gtest/gtest.h>

#include "framework/wire/bytes.h"

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
  judge_events(report);
  EXPECT_TRUE(std::holds_alternative<ProtocolBroken>(report.outcome));
}

// The bytes of a part up to its texts: phase, type.
std::string part_bytes(std::int32_t type) {
  ByteWriter out;
  out.number(Phase::kBody);
  out.number(type);
  out.number(std::uint8_t{0});
  out.text("file.cc");
  out.number(std::int32_t{1});
  out.text("words");
  out.number(std::uint64_t{0});
  out.number(std::uint64_t{0});
  return out.bytes();
}

std::string property_bytes(std::uint8_t scope) {
  ByteWriter out;
  out.number(scope);
  out.text("key");
  out.text("value");
  return out.bytes();
}

TEST(Event, IsKeptWhenItIsAsGuestsSendIt) {
  CellReport report = finished_report();
  report.events = {{1, part_bytes(testing::TestPartResult::kSkip)}, {2, property_bytes(2)}};
  judge_events(report);
  const Record record = make_record(std::move(report));
  EXPECT_EQ(record.parts.size(), 1U);
  EXPECT_EQ(record.properties.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<Finished>(record.cell.outcome));
}

TEST(Event, ThatIsBadLeavesNothing) {
  CellReport report = finished_report();
  report.events = {{1, part_bytes(0).substr(0, 20)}};
  EXPECT_TRUE(make_record(CellReport(report)).parts.empty());
  report.events = {{1, part_bytes(0) + "x"}};
  EXPECT_TRUE(make_record(CellReport(report)).parts.empty());
  report.events = {{3, std::string(17, 'x')}};
  EXPECT_FALSE(make_record(CellReport(report)).ran);
  report.events = {{2, property_bytes(3)}};
  EXPECT_TRUE(make_record(CellReport(report)).properties.empty());
}

TEST(Event, OfAPartIsMovedBehindWhatWasPrintedBefore) {
  CellReport report = finished_report();
  report.events = {{1, part_bytes(0)}, {2, property_bytes(0)}};
  for (Event& event : report.events) shift_offsets(event, 3, 5);
  EXPECT_EQ(report.events[1].payload, property_bytes(0));
  const Record record = make_record(std::move(report));
  ASSERT_EQ(record.parts.size(), 1U);
  EXPECT_EQ(record.parts[0].out_offset, 3U);
  EXPECT_EQ(record.parts[0].err_offset, 5U);
}

INSTANTIATE_TEST_SUITE_P(Kinds, BadEvent,
                         testing::Values(Event{0, ""}, Event{99, "x"}, Event{1, "short"},
                                         Event{2, ""}, Event{3, std::string(17, 'x')},
                                         Event{1, std::string(1, '\x09') + std::string(40, '\0')},
                                         Event{1, part_bytes(17)}, Event{1, part_bytes(-1)},
                                         Event{2, property_bytes(3)},
                                         Event{2, property_bytes(255)}));

}  // namespace
}  // namespace cloister::googletest
