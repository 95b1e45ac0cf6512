#include "framework/report/encode.h"

#include <gtest/gtest.h>
#include <signal.h>

namespace cloister {
namespace {

using namespace std::chrono_literals;

CellReport full_report() {
  CellReport report;
  report.id = 42;
  report.tasks = 3;
  report.costs = {0, 1500, 4'000'000'000};
  report.outcome = Signaled{SIGSEGV, true};
  report.undying = 4711;
  report.said_finished = true;
  report.caps = {64_MiB, 1_KiB, 8, 0.5};
  report.usage = {1s, 2ms, 3us, 4us, 64_MiB, 5, 6_KiB, 7_KiB, 8_KiB, 9, 10};
  report.tmpfs = {{"/tmp", 1_KiB, 2_KiB, 3, 4}};
  report.out = {std::string("a\0b", 3), 7};
  report.err = {"err", 0};
  report.phases = {{1, 2, 3}, {4, 5, 6}};
  report.events = {{9, "payload"}, {10, ""}};
  report.survivors = {{3, "sleep", "sleep 1000"}};
  report.left = {{LeftKind::kTcpPort, "", 2, {"127.0.0.1:80", "[::]:81"}},
                 {LeftKind::kFile, "/tmp", 1, {"file"}}};
  report.leaks = Leaks::kFail;
  report.survivor_count = 17;
  report.files = {1,           2,           3,         4_KiB, {{FileChange::kDeleted, "/a", {}}},
                  {{"/c", 7}}, "'/b': why", "unsaved", {"/d"}};
  report.audit = {true,      {{"/a", kRead | kWritten}}, 2,      {"[::1]:80"},
                  {"@name"}, {{"/b", 3, true, false}},   {"/c"}, true,
                  "why"};
  report.services = "redis | ready\n";
  return report;
}

// Behind its mark and version, its number, how many tasks its cell was for, whether it was a fork.
constexpr std::size_t kOutcome = 4 * sizeof(std::uint32_t) + sizeof(bool);

TEST(EncodedReport, ComesOutAsItWentIn) {
  const auto decoded = decode_report(encode(full_report()));
  ASSERT_TRUE(decoded);
  // encode() is the equality: it writes every field.
  EXPECT_EQ(encode(*decoded), encode(full_report()));
  EXPECT_EQ(std::get<Signaled>(decoded->outcome).signal, SIGSEGV);
  EXPECT_EQ(decoded->undying, 4711);
  EXPECT_EQ(decoded->survivors.front().name, "sleep");
}

TEST(EncodedReport, EveryOutcomeSurvives) {
  const Outcome outcomes[] = {Finished{},
                              Exited{3},
                              Signaled{9, false},
                              TimedOut{2s},
                              OutOfMemory{64_MiB, {1_MiB, 2_MiB, 3_MiB, 4_MiB}},
                              OutOfCpuTime{1s},
                              SetupFailed{"w"},
                              ProtocolBroken{"why"},
                              Interrupted{}};
  for (const Outcome& outcome : outcomes) {
    CellReport report;
    report.outcome = outcome;
    const auto decoded = decode_report(encode(report));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->outcome.index(), outcome.index());
    EXPECT_EQ(encode(*decoded), encode(report));
  }
}

TEST(EncodedReport, IsRefusedWhenCutOrLengthened) {
  const std::string bytes = encode(full_report());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(decode_report(bytes.substr(0, size)));
  EXPECT_FALSE(decode_report(bytes + "x"));
}

TEST(EncodedReport, IsRefusedWhenABoolIsNeither0Nor1) {
  CellReport report;
  report.outcome = Signaled{9, true};
  std::string bytes = encode(report);
  const std::size_t core_dumped = kOutcome + 1 + sizeof(int);
  ASSERT_EQ(bytes[core_dumped], 1);
  bytes[core_dumped] = 2;
  EXPECT_FALSE(decode_report(bytes));
}

TEST(EncodedReport, OfAnotherVersionIsRefusedWithASentence) {
  std::string bytes = encode(full_report());
  ++bytes[sizeof(std::uint32_t)];
  EXPECT_EQ(decode_report(bytes).error(),
            "this is a report of version 5, and version 4 is read here: use one release of "
            "Cloister for the tests and for the command");
  EXPECT_EQ(decode_report("nonsense").error(), "this is no report of a cell");
}

TEST(EncodedReport, IsRefusedWhenItsOutcomeIsNone) {
  // Whatever it holds.
  for (const Outcome& outcome :
       {Outcome(Finished{}), Outcome(Exited{3}), Outcome(SetupFailed{"why"})}) {
    CellReport report;
    report.outcome = outcome;
    std::string bytes = encode(report);
    bytes[kOutcome] = 99;
    EXPECT_FALSE(decode_report(bytes));
  }
}

}  // namespace
}  // namespace cloister
