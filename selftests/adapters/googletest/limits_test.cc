// What a user sees of limits: expected ends, budgets, notes of caps that were met, the ledger, the
// doctor.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "selftests/support/guests.h"
#include "selftests/support/lane.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

Ended run_limited(const std::string& filter, std::vector<std::string> flags = {}) {
  Program program{{guest("limited"), "--gtest_filter=" + filter}};
  program.command.insert(program.command.end(), flags.begin(), flags.end());
  return run(program);
}

TEST(ExpectedEnd, ThatComesPasses) {
  const Ended ended = run_limited("Expected.*:-*MemoryCap");
  EXPECT_EQ(ended.status, 0) << ended.out;
  EXPECT_THAT(ended.out, HasSubstr("[  PASSED  ] 4 tests."));
  EXPECT_THAT(ended.out, Not(HasSubstr("cloister:")));
}

TEST(ExpectedEnd, AtTheMemoryCapPasses) {
  const Ended ended = run_limited("Expected.*MemoryCap");
  if (lane_gives("memory cap")) {
    EXPECT_EQ(ended.status, 0) << ended.out;
  } else {
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(ended.out, HasSubstr("cannot give this test the memory cap it asks for"));
  }
}

TEST(ExpectedEnd, ThatDoesNotComeFails) {
  const Ended ended = run_limited("Unexpected.EndDoesNotCome");
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.out,
              ContainsRegex("limited.cc:[0-9]+: Failure\ncloister: "
                            "Unexpected.EndDoesNotCome was expected to be killed by SIGUSR1 "
                            "but ended normally\n"));
}

TEST(ExpectedEnd, OfAnotherKindFailsWithBoth) {
  const Ended ended = run_limited("Unexpected.EndIsAnother");
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.out,
              HasSubstr("cloister: Unexpected.EndIsAnother was expected to be killed by SIGUSR1\n"
                        "cloister: Unexpected.EndIsAnother was killed by SIGUSR2"));
}

TEST(ExpectedEnd, DoesNotForgiveAFailureBeforeIt) {
  const Ended ended = run_limited("Unexpected.FailureComesBefore");
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.out, HasSubstr("before the end"));
  EXPECT_THAT(ended.out, Not(HasSubstr("cloister:")));
}

TEST(ExpectedEnd, WithoutTheCapForItStopsTheTest) {
  const Ended ended = run_limited("Impossible.*");
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.out, HasSubstr("cloister: nothing would end this test as it expects: its cell "
                                   "has no memory cap (--cloister_memory)"));
  EXPECT_THAT(ended.out, Not(HasSubstr("SIGABRT")));
}

TEST(ExpectedEnd, WithoutCellsIsASkip) {
  const Ended ended = run_limited("Expected.*", {"--cloister=off"});
  EXPECT_EQ(ended.status, 0);
  EXPECT_THAT(ended.out, HasSubstr("[  SKIPPED ] 5 tests"));
}

class Budget : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Modes, Budget, testing::Values("on", "off"));

TEST_P(Budget, ThatIsKeptPasses) {
  const Ended ended =
      run_limited("Budget.*Kept:Budget.StartsAnew", {std::string("--cloister=") + GetParam()});
  EXPECT_EQ(ended.status, 0) << ended.out;
  EXPECT_THAT(ended.out, HasSubstr("[  PASSED  ] 3 tests."));
}

TEST_P(Budget, ThatIsOverdrawnFailsAtItsLine) {
  const Ended ended =
      run_limited("Budget.*Overdrawn*:Budget.*Outer*", {std::string("--cloister=") + GetParam()});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.out, HasSubstr(" 6 FAILED TESTS"));
  EXPECT_THAT(ended.out,
              ContainsRegex("limited.cc:[0-9]+: Failure\nFailed\ncloister: the block used 1[0-9.]+ "
                            "MiB of memory, over its budget of 8 MiB"));
  EXPECT_THAT(ended.out,
              ContainsRegex("cloister: the block used [0-9.]+ ms of processor time, over "
                            "its budget of 20.0 ms"));
  EXPECT_THAT(ended.out, ContainsRegex("cloister: the block used [0-9.]+ ms of time, over its "
                                       "budget of 20.0 ms"));
}

TEST(CapMet, OfTmpfsIsANote) {
  const Ended ended = run_limited("Meets.ItsTmpSize");
  if (!lane_gives("private /tmp and /dev/shm")) return;
  EXPECT_EQ(ended.status, 0);
  EXPECT_THAT(ended.err, HasSubstr("cloister: note: Meets.ItsTmpSize: its /tmp is full: 64 KiB "
                                   "(--cloister_tmp_size)\n"));
}

TEST(CapMet, OfFileSizeIsNamedBehindTheSignal) {
  const Ended ended = run_limited("Meets.ItsFileSize");
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.out, HasSubstr("cloister: Meets.ItsFileSize wrote past the largest file it may "
                                   "write of 64 KiB and was killed by SIGXFSZ"));
}

TEST(CapMet, OfProcessesIsANote) {
  const Ended ended = run_limited("Meets.ItsProcessCap");
  if (lane_gives("process cap")) {
    EXPECT_EQ(ended.status, 0);
    EXPECT_THAT(ended.err, HasSubstr("cloister: note: Meets.ItsProcessCap: 1 fork was refused by "
                                     "the process cap of 3 (--cloister_processes)\n"));
  } else {
    EXPECT_THAT(ended.out, HasSubstr("cannot give this test the process cap it asks for"));
  }
}

TEST(CapMet, OfProcessorsIsNamedBesideTheDeadline) {
  const Ended ended = run_limited("Meets.ItsCpuCap");
  EXPECT_EQ(ended.status, 1);
  if (lane_gives("CPU cap")) {
    EXPECT_THAT(ended.out,
                ContainsRegex("  limits: it waited [0-9.]+ s because of its CPU cap of 0.2 "));
  } else {
    EXPECT_THAT(ended.out, HasSubstr("cannot give this test the CPU cap it asks for"));
  }
}

// The words name the number; the number must be true. A leak checker's 10 MiB at the end of each
// test, where the program is built with one, are the test's own and not in it.
TEST(TooSmallACap, NamesTheSmallestThatWorksAndItDoes) {
  const Ended refused =
      run({{guest("misbehaving"), "--gtest_filter=Neighbour.*", "--cloister_memory=4K"}});
  EXPECT_EQ(refused.status, 1);
  if (!lane_gives("memory cap")) return;
  const std::string words = "the smallest that works is ";
  const std::size_t at = refused.out.find(words);
  ASSERT_NE(at, std::string::npos) << refused.out;
  const std::size_t begin = at + words.size();
  const std::string smallest = refused.out.substr(begin, refused.out.find('\n', begin) - begin);
  for (int i = 0; i < 10; ++i) {
    const Ended ended =
        run({{guest("misbehaving"), "--gtest_filter=Neighbour.*", "--cloister_memory=" + smallest},
             {"ASAN_OPTIONS=detect_leaks=0"}});
    EXPECT_EQ(ended.status, 0) << smallest << "\n" << ended.out;
  }
}

constexpr const char* kLedger[] = {
    "cloister_wall_us",       "cloister_user_cpu_us",       "cloister_system_cpu_us",
    "cloister_throttled_us",  "cloister_peak_memory_bytes", "cloister_peak_processes",
    "cloister_io_read_bytes", "cloister_io_written_bytes",  "cloister_tmpfs_bytes"};

TEST(Ledger, IsNotThereUnlessAskedFor) {
  const std::string file = scratch("no-ledger.json");
  run_limited("Uses.*", {"--gtest_output=json:" + file});
  for (const char* key : kLedger) EXPECT_THAT(content_of(file), Not(HasSubstr(key)));
  std::filesystem::remove(file);
}

TEST(Ledger, IsInTheXml) {
  const std::string file = scratch("ledger.xml");
  run_limited("Uses.*", {"--gtest_output=xml:" + file, "--cloister_ledger"});
  for (const char* key : kLedger)
    EXPECT_THAT(content_of(file),
                HasSubstr("<property name=\"" + std::string(key) + "\" value=\""));
  std::filesystem::remove(file);
}

using Lines = std::map<std::string, std::uint64_t>;

Lines ledger_of(const std::string& filter) {
  const std::string file = scratch("ledger.json");
  run_limited(filter, {"--gtest_output=json:" + file, "--cloister_ledger"});
  const auto json = nlohmann::json::parse(content_of(file));
  std::filesystem::remove(file);
  Lines lines;
  for (const char* key : kLedger)
    lines[key] = std::stoull(json["testsuites"][0]["testsuite"][0].value(key, "0"));
  return lines;
}

TEST(Ledger, CountsWhatATestUsed) {
  Lines lines = ledger_of("Uses.*");
  EXPECT_GE(lines["cloister_wall_us"], 20000U);
  EXPECT_GE(lines["cloister_user_cpu_us"] + lines["cloister_system_cpu_us"], 15000U);
  EXPECT_GE(lines["cloister_peak_memory_bytes"], 4U << 20);
  EXPECT_EQ(lines["cloister_tmpfs_bytes"], lane_gives("private /tmp and /dev/shm") ? 65536U : 0U);
  EXPECT_EQ(lines["cloister_peak_processes"], lane_gives("process cap") ? 2U : 0U);
}

TEST(Ledger, CountsTheTimeThatACapTook) {
  EXPECT_EQ(ledger_of("Meets.ItsCpuCap")["cloister_throttled_us"] > 0, lane_gives("CPU cap"));
}

TEST(ThisCell, TellsATestOfItsOwn) {
  const Ended ended = run_limited("ThisCell.*");
  if (lane_gives("process cap")) {
    EXPECT_EQ(ended.status, 0) << ended.out;
  } else {
    EXPECT_THAT(ended.out, HasSubstr("[  PASSED  ] 3 tests."));
  }
}

TEST(ThisCell, AnswersWithoutOne) {
  const Ended ended = run_limited("ThisCell.Sees*:ThisCell.IsNone*", {"--cloister=off"});
  EXPECT_EQ(ended.status, 0) << ended.out;
}

TEST(Doctor, HasARowPerFacilityAndRunsNothing) {
  const Ended ended = run({{guest("limited"), "--cloister_doctor"}});
  for (const char* row : {"user namespace", "private /proc", "memory cap", "process cap",
                          "soft memory cap", "CPU cap", "CPU set", "I/O cap"}) {
    EXPECT_THAT(ended.out, ContainsRegex("(^|\n)" + std::string(row) + " +(yes|no|partly)"));
  }
  EXPECT_THAT(ended.out, Not(HasSubstr("RUN")));
}

TEST(Doctor, SaysByItsStatusWhetherADefaultCellIsWhole) {
  const Ended ended = run({{guest("limited"), "--cloister_doctor"}});
  EXPECT_EQ(ended.status, lane_gives_a_whole_cell() ? 0 : 1);
}

TEST(Doctor, SaysWhatIsWrittenDownForTheLane) {
  const Ended ended = run({{guest("limited"), "--cloister_doctor"}});
  for (const auto& [facility, given] : lane_table()) {
    const std::string row = facility + std::string(26 - facility.size(), ' ');
    const std::string answer = given ? "yes\n" : facility == "CPU set" ? "partly  " : "no      ";
    EXPECT_THAT(ended.out, HasSubstr(row + answer));
  }
}

}  // namespace
}  // namespace cloister::selftests
