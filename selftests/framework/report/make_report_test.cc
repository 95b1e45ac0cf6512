// What a report is made of: the guest's end and its page, what it printed, the builder's last
// words. No cell is made.
#include "framework/report/make_report.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <cstring>
#include <string_view>

#include "framework/protocol/frame.h"
#include "framework/wire/bytes.h"

namespace cloister {
namespace {

using namespace std::chrono_literals;

// A cell that was dismantled. Each test changes what it is about.
class MadeReport : public testing::Test {
 protected:
  CellEvidence evidence() {
    return {.id = 7, .plan = plan, .guest = guest, .page = page, .gone = &gone};
  }
  CellReport report() { return make_report(evidence()); }
  CellReport report_without_builder() {
    CellEvidence all = evidence();
    all.gone = nullptr;
    return make_report(std::move(all));
  }

  void begin_phase(std::uint8_t phase, std::uint64_t out, std::uint64_t err) {
    CellPage::Phase& next = page.phases[page.phase_count++];
    next.phase = phase;
    next.offsets[0] = out;
    next.offsets[1] = err;
  }
  void read(Reading reading, std::uint64_t value) {
    gone.readings[static_cast<int>(reading)] = value;
  }
  void name(std::uint8_t kind, std::int32_t number, std::string_view name,
            std::string_view command = "") {
    ByteWriter out;
    out.number(kind);
    out.number(number);
    out.text(name);
    out.text(command);
    std::memcpy(gone.left.names + gone.left.names_size, out.bytes().data(), out.bytes().size());
    gone.left.names_size += static_cast<std::uint32_t>(out.bytes().size());
  }
  void name(LeftKind kind, std::int32_t number, std::string_view text) {
    name(static_cast<std::uint8_t>(kind), number, text);
  }
  void count(LeftKind kind, std::uint64_t things) {
    gone.left.counts[static_cast<int>(kind)] = things;
  }

  CellPlan plan;
  CellPage page{};
  GuestEnd guest{};
  BuilderReply gone{};
};

TEST_F(MadeReport, HasTheIdOfItsTask) { EXPECT_EQ(report().id, 7U); }

TEST_F(MadeReport, HasThePhasesOfThePage) {
  begin_phase(4, 1, 2);
  CellEvidence all = evidence();
  all.out.kept = "out";
  all.err.kept = "err";
  const CellReport made = make_report(std::move(all));
  ASSERT_EQ(made.phases.size(), 1U);
  EXPECT_EQ(made.phases[0].phase, 4);
  EXPECT_EQ(made.phases[0].out_offset, 1U);
  EXPECT_EQ(made.phases[0].err_offset, 2U);
}

TEST_F(MadeReport, NoPhaseBeginsBehindTheOutput) {
  begin_phase(1, UINT64_MAX, 4);
  CellEvidence all = evidence();
  all.out = {"out", 100};
  all.err.kept = "err";
  const CellReport made = make_report(std::move(all));
  EXPECT_EQ(made.phases.at(0).out_offset, 3U);
  EXPECT_EQ(made.phases.at(0).err_offset, 3U);
}

TEST_F(MadeReport, NoPhaseBeginsBeforeTheOneBeforeIt) {
  begin_phase(1, 2, 3);
  begin_phase(2, 1, 0);
  CellEvidence all = evidence();
  all.out.kept = "out";
  all.err.kept = "err";
  const CellReport made = make_report(std::move(all));
  EXPECT_EQ(made.phases.at(1).out_offset, 2U);
  EXPECT_EQ(made.phases.at(1).err_offset, 3U);
}

TEST_F(MadeReport, HasNoMorePhasesThanThePageHasRoomFor) {
  page.phase_count = UINT32_MAX;
  EXPECT_EQ(report().phases.size(), static_cast<std::size_t>(kMostPhases));
}

TEST_F(MadeReport, TheWallTimeIsThatOfTheGuest) {
  guest.started = Clock::time_point(10s);
  guest.ended = Clock::time_point(12s);
  EXPECT_EQ(report().usage.wall, 2s);
}

TEST_F(MadeReport, WhatTheGuestUsedIsAsWaitSaysIt) {
  guest.used.ru_utime = {1, 5};
  guest.used.ru_stime = {0, 7};
  guest.used.ru_maxrss = 3;   // KiB
  guest.used.ru_inblock = 2;  // of 512 bytes
  guest.used.ru_oublock = 4;
  const Usage usage = report_without_builder().usage;
  EXPECT_EQ(usage.user_cpu, 1'000'005us);
  EXPECT_EQ(usage.system_cpu, 7us);
  EXPECT_EQ(usage.peak_memory, 3_KiB);
  EXPECT_EQ(usage.io_read, 1_KiB);
  EXPECT_EQ(usage.io_written, 2_KiB);
}

TEST_F(MadeReport, WithoutReadingsItIsAsWaitSaysItToo) {
  guest.used.ru_utime = {1, 0};
  guest.used.ru_maxrss = 3;
  EXPECT_EQ(report().usage.user_cpu, 1s);
  EXPECT_EQ(report().usage.peak_memory, 3_KiB);
}

TEST_F(MadeReport, ThePeakOfTheGroupIsThatOfTheCell) {
  guest.used.ru_maxrss = 3;
  read(Reading::kPeakMemory, 1024);
  EXPECT_EQ(report().usage.peak_memory, 1_KiB);
}

TEST_F(MadeReport, TheProcessorTimeOfTheGroupIsThatOfTheCell) {
  guest.used.ru_utime = {1, 0};
  guest.used.ru_stime = {1, 0};
  read(Reading::kSystemCpu, 9);
  EXPECT_EQ(report().usage.user_cpu, 0us);
  EXPECT_EQ(report().usage.system_cpu, 9us);
}

TEST_F(MadeReport, WhatWasReadAndWrittenIsWhateverCountedMore) {
  guest.used.ru_inblock = 2;
  guest.used.ru_oublock = 2;
  read(Reading::kIoRead, 1);
  read(Reading::kIoWritten, 2048);
  EXPECT_EQ(report().usage.io_read, 1_KiB);
  EXPECT_EQ(report().usage.io_written, 2_KiB);
}

TEST_F(MadeReport, WhatOnlyGroupsKnowIsAsTheBuilderReadIt) {
  read(Reading::kThrottled, 1);
  read(Reading::kPeakProcesses, 2);
  read(Reading::kOomKills, 3);
  read(Reading::kRefusedForks, 4);
  const Usage usage = report().usage;
  EXPECT_EQ(usage.throttled, 1us);
  EXPECT_EQ(usage.peak_processes, 2U);
  EXPECT_EQ(usage.oom_kills, 3U);
  EXPECT_EQ(usage.refused_forks, 4U);
}

TEST_F(MadeReport, NamesWhoSurvivedAndCountsTheOthers) {
  gone.left.counts[kSurvivorKind] = 17;
  name(kSurvivorKind, 3, "sleep", "sleep 1000");
  const CellReport made = report();
  EXPECT_EQ(made.survivor_count, 17U);
  ASSERT_EQ(made.survivors.size(), 1U);
  EXPECT_EQ(made.survivors[0].pid, 3);
  EXPECT_EQ(made.survivors[0].name, "sleep");
  EXPECT_EQ(made.survivors[0].command, "sleep 1000");
}

TEST_F(MadeReport, NamesCanBePrinted) {
  name(kSurvivorKind, 3, "a\nb", "\x1b[31m");
  const CellReport made = report();
  EXPECT_EQ(made.survivors.at(0).name, "a\\nb");
  EXPECT_EQ(made.survivors.at(0).command, "\\x1b[31m");
}

TEST_F(MadeReport, WhatWasLeftIsNamedWithItsKind) {
  count(LeftKind::kTcpPort, 2);
  count(LeftKind::kUnixSocket, 1);
  name(LeftKind::kUnixSocket, 0, "@socket");
  const CellReport made = report();
  ASSERT_EQ(made.left.size(), 2U);
  EXPECT_EQ(made.left[0].kind, LeftKind::kTcpPort);
  EXPECT_EQ(made.left[0].count, 2U);
  EXPECT_TRUE(made.left[0].names.empty());
  EXPECT_EQ(made.left[1].names, std::vector<std::string>{"@socket"});
}

TEST_F(MadeReport, ANameOfWhatWasNotCountedIsNoLeftover) {
  name(LeftKind::kTcpPort, 0, "127.0.0.1:80");
  name(kSurvivorKind + 1, 0, "of no kind");
  EXPECT_TRUE(report().left.empty());
}

TEST_F(MadeReport, FilesAreLeftInTheirDirectory) {
  plan.watch.tmpfs = {"/tmp", "/dev/shm"};
  plan.inside.look_for = kLookForFiles;
  gone.left.tmpfs[1].made = 5;
  name(LeftKind::kFile, 1, "file");
  const CellReport made = report();
  ASSERT_EQ(made.left.size(), 1U);
  EXPECT_EQ(made.left[0].kind, LeftKind::kFile);
  EXPECT_EQ(made.left[0].where, "/dev/shm");
  EXPECT_EQ(made.left[0].count, 5U);
  EXPECT_EQ(made.left[0].names, std::vector<std::string>{"file"});
}

TEST_F(MadeReport, FilesThatNobodyLookedForAreNotLeft) {
  plan.watch.tmpfs = {"/tmp"};
  plan.inside.look_for = kLookForProcesses;
  gone.left.tmpfs[0].made = 5;
  EXPECT_TRUE(report().left.empty());
}

TEST_F(MadeReport, NoNameIsTakenBehindAFileInADirectoryThatIsNone) {
  plan.watch.tmpfs = {"/tmp"};
  for (const std::int32_t place : {1, -1}) {
    gone.left.names_size = 0;
    name(LeftKind::kFile, place, "file");
    name(kSurvivorKind, 3, "sleep");
    EXPECT_TRUE(report().survivors.empty()) << place;
  }
}

TEST_F(MadeReport, ANameThatIsCutOffIsNone) {
  name(kSurvivorKind, 3, "sleep", "sleep 1000");
  name(kSurvivorKind, 4, "cat", "cat");
  --gone.left.names_size;
  EXPECT_EQ(report().survivors.size(), 1U);
}

TEST_F(MadeReport, NamesEndWhereTheirRoomDoes) {
  gone.left.names_size = UINT32_MAX;
  EXPECT_TRUE(report().survivors.empty());
}

TEST_F(MadeReport, KnowsHowFullTheDirectoriesWere) {
  plan.watch.tmpfs = {"/tmp", "/dev/shm"};
  gone.left.tmpfs[0] = {.used = 1024, .size = 4096, .inodes_used = 2, .inodes = 8, .made = 1};
  gone.left.tmpfs[1] = {.used = 2048, .size = 4096, .inodes_used = 3, .inodes = 8, .made = 1};
  const CellReport made = report();
  ASSERT_EQ(made.tmpfs.size(), 2U);
  EXPECT_EQ(made.tmpfs[0].target, "/tmp");
  EXPECT_EQ(made.tmpfs[0].used, 1_KiB);
  EXPECT_EQ(made.tmpfs[0].size, 4_KiB);
  EXPECT_EQ(made.tmpfs[0].inodes_used, 2U);
  EXPECT_EQ(made.tmpfs[0].inodes, 8U);
  EXPECT_EQ(made.usage.tmpfs, 3_KiB);
}

TEST_F(MadeReport, ADirectoryThatInitDidNotComeToIsLeftOut) {
  plan.watch.tmpfs = {"/tmp", "/dev/shm"};
  gone.left.tmpfs[1] = {.used = 2048, .size = 4096, .inodes_used = 3, .inodes = 8, .made = 1};
  const CellReport made = report();
  ASSERT_EQ(made.tmpfs.size(), 1U);
  EXPECT_EQ(made.tmpfs[0].target, "/dev/shm");
}

TEST_F(MadeReport, ACostIsTheSumOfWhatTheThreeSayOfIt) {
  constexpr auto kFork = static_cast<std::size_t>(Cost::kFork);
  gone.costs[kFork] = 1;
  page.costs[kFork] = 20;
  CellEvidence all = evidence();
  all.costs[kFork] = 300;
  EXPECT_EQ(make_report(std::move(all)).costs.at(kFork), 321U);
}

TEST_F(MadeReport, TheTestCostsWhatItsGuestDidNotNeedToGetIn) {
  guest.ended = guest.started + 100ns;
  page.costs[static_cast<std::size_t>(Cost::kJoinNamespaces)] = 30;
  EXPECT_EQ(report().costs.at(static_cast<std::size_t>(Cost::kTest)), 70U);
}

TEST_F(MadeReport, TheTestCostsNothingWhereGettingInTookLongerThanAll) {
  guest.ended = guest.started + 100ns;
  page.costs[static_cast<std::size_t>(Cost::kJoinNamespaces)] = UINT32_MAX;
  EXPECT_EQ(report().costs.at(static_cast<std::size_t>(Cost::kTest)), 0U);
}

TEST_F(MadeReport, TheCostOfALongTestIsTheMostThatCanBeSaid) {
  guest.ended = guest.started + 1h;
  EXPECT_EQ(report().costs.at(static_cast<std::size_t>(Cost::kTest)), UINT32_MAX);
}

TEST_F(MadeReport, WithoutABuilderThereAreNeitherCostsNorLeftovers) {
  gone.left.counts[kSurvivorKind] = 1;
  const CellReport made = report_without_builder();
  EXPECT_TRUE(made.costs.empty());
  EXPECT_EQ(made.survivor_count, 0U);
}

TEST_F(MadeReport, NamesWhatDoesNotDie) {
  guest.undying = 4711;
  EXPECT_EQ(report().undying, 4711);
}

TEST_F(MadeReport, HasTheCapsThatWereInForce) {
  plan.in_force.memory = 64_MiB;
  plan.in_force.file_size = 1_MiB;
  plan.in_force.processes = 8;
  plan.in_force.cpus = 0.5;
  const Caps caps = report().caps;
  EXPECT_EQ(caps.memory, 64_MiB);
  EXPECT_EQ(caps.file_size, 1_MiB);
  EXPECT_EQ(caps.processes, 8U);
  EXPECT_EQ(caps.cpus, 0.5);
}

TEST_F(MadeReport, LeaksAreReportedUnlessSomethingElseWasAskedFor) {
  EXPECT_EQ(report().leaks, Leaks::kReport);
  plan.in_force.leaks = Leaks::kFail;
  EXPECT_EQ(report().leaks, Leaks::kFail);
}

TEST_F(MadeReport, TheOutcomeIsByTheEndOfTheGuestAndThePlan) {
  guest.wait_status = SIGKILL;
  guest.killed_for = KilledFor::kDeadline;
  plan.watch.deadline = 2s;
  EXPECT_EQ(std::get<TimedOut>(report().outcome).deadline, 2s);
}

TEST_F(MadeReport, HasTheEventsAndTheLastWordOfTheGuest) {
  const FrameHead heads[] = {{kFrameMagic, 5, 0, 0, 0}, {kFrameMagic, kFinishedFrame, 0, 1, 0}};
  CellEvidence all = evidence();
  all.frames.feed({reinterpret_cast<const char*>(heads), sizeof heads});
  const CellReport made = make_report(std::move(all));
  EXPECT_TRUE(made.said_finished);
  EXPECT_TRUE(std::holds_alternative<Finished>(made.outcome));
  ASSERT_EQ(made.events.size(), 1U);
  EXPECT_EQ(made.events[0].kind, 5);
}

// Killed at a cap of 64 MiB.
class MemoryAtTheCap : public MadeReport {
 protected:
  MemoryAtTheCap() {
    plan.watch.memory_cap = 64_MiB;
    guest.wait_status = SIGKILL;
    read(Reading::kOomKills, 1);
  }
  MemoryParts parts(const MemoryParts& at_the_last_look) {
    CellEvidence all = evidence();
    all.memory = at_the_last_look;
    return std::get<OutOfMemory>(make_report(std::move(all)).outcome).parts;
  }
};

TEST_F(MemoryAtTheCap, WhatCameAfterTheLastLookIsMoreOfWhatThereWasMostOf) {
  EXPECT_EQ(parts({10_MiB, {}, 2_MiB, {}}).anonymous, 62_MiB);
  EXPECT_EQ(parts({2_MiB, {}, 10_MiB, {}}).shared, 62_MiB);
  EXPECT_EQ(parts({2_MiB, {}, 3_MiB, 10_MiB}).kernel, 59_MiB);
}

TEST_F(MemoryAtTheCap, WithoutAnyLookItIsAnonymous) { EXPECT_EQ(parts({}).anonymous, 64_MiB); }

TEST_F(MemoryAtTheCap, FilesInTmpfsAreShared) {
  read(Reading::kFileMemory, (40_MiB).count);
  read(Reading::kSharedMemory, (30_MiB).count);
  const MemoryParts found = parts({24_MiB, {}, {}, {}});
  EXPECT_EQ(found.shared, 30_MiB);
  EXPECT_EQ(found.file, 10_MiB);
  EXPECT_EQ(found.anonymous, 24_MiB);
}

TEST_F(MemoryAtTheCap, ALittleOfTheKernelsIsNotNamed) {
  EXPECT_EQ(parts({1_MiB, {}, {}, 3_MiB}).kernel, Bytes{});
  EXPECT_EQ(parts({60_MiB, {}, {}, 4_MiB}).kernel, 4_MiB);
}

TEST_F(MemoryAtTheCap, TheKernelsIsNoMoreThanTheOthersLeave) {
  EXPECT_EQ(parts({50_MiB, {}, {}, 30_MiB}).kernel, 14_MiB);
}

TEST_F(MemoryAtTheCap, WhatAddsUpToMoreStaysAsItWasSeen) {
  EXPECT_EQ(parts({60_MiB, {}, 10_MiB, {}}).anonymous, 60_MiB);
}

}  // namespace
}  // namespace cloister
