// The memory caps. A host that cannot enforce one says so before the guest runs, with the cure.
#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <new>
#include <vector>

#include "selftests/framework/caps/cap_guests.h"
#include "selftests/framework/watch/run_cells.h"
#include "selftests/support/sanitized.h"

namespace cloister {
namespace {

using namespace std::chrono_literals;

CellReport run_capped(std::function<void(GuestSide&)> body) {
  return run_cell(CellConfig{}.with_memory(32_MiB), std::move(body));
}

TEST(MemoryCap, OverIsOutOfMemoryWithCapAndPeak) {
  const auto report = run_capped([](GuestSide&) { hold_memory(33 * kMiB); });
  if (!lane_has(Facility::kMemoryCap)) return expect_refused(report, Facility::kMemoryCap);
  ASSERT_TRUE(std::holds_alternative<OutOfMemory>(report.outcome));
  EXPECT_EQ(std::get<OutOfMemory>(report.outcome).cap, 32_MiB);
  EXPECT_GT(report.usage.peak_memory.count, 31 * kMiB);
  EXPECT_GE(report.usage.oom_kills, 1U);
}

TEST(MemoryCap, IsNotOnInitWhichLivesToReport) {
  const auto report = run_capped([](GuestSide&) { hold_memory(64 * kMiB); });
  if (!lane_has(Facility::kMemoryCap)) return expect_refused(report, Facility::kMemoryCap);
  EXPECT_FALSE(report.tmpfs.empty()) << "what init found in the cell's /tmp";
}

// The guest itself, its page tables and what its first steps touch are in the difference; a
// sanitizer keeps a byte for each eight or two for each.
TEST(MemoryCap, JustUnderIsFine) {
  constexpr std::size_t kHeld = (selftests::kSanitized ? 24 : 30) * kMiB;
  const auto report = run_capped([](GuestSide&) { hold_memory(kHeld); });
  if (!lane_has(Facility::kMemoryCap)) return expect_refused(report, Facility::kMemoryCap);
  EXPECT_TRUE(std::holds_alternative<Finished>(report.outcome));
  EXPECT_GT(report.usage.peak_memory.count, kHeld);
}

// As on version 1, where the kernel's log can be read and says by which number of ours it killed.
bool is_known_who_was_killed() {
  return access("/sys/fs/cgroup/cgroup.controllers", F_OK) != 0 && access("/dev/kmsg", R_OK) == 0 &&
         std::filesystem::read_symlink("/proc/self/ns/pid") == "pid:[4026531836]";
}

MemoryParts parts_of(const CellReport& report) {
  const auto* outcome = std::get_if<OutOfMemory>(&report.outcome);
  EXPECT_NE(outcome, nullptr);
  return outcome == nullptr ? MemoryParts{} : outcome->parts;
}

TEST(MemoryCap, OfAnonymousMemoryIsNamedSo) {
  const auto report = run_capped([](GuestSide&) { hold_memory(64 * kMiB); });
  if (!lane_has(Facility::kMemoryCap)) return expect_refused(report, Facility::kMemoryCap);
  EXPECT_GT(parts_of(report).anonymous.count, 24 * kMiB);
  EXPECT_LT(parts_of(report).shared.count, 4 * kMiB);
}

TEST(MemoryCap, OfATmpfsFileIsSharedMemory) {
  const auto report = run_capped([](GuestSide&) { fill_file("/dev/shm/file", 64 * kMiB); });
  if (!lane_has(Facility::kMemoryCap)) return expect_refused(report, Facility::kMemoryCap);
  EXPECT_GT(parts_of(report).shared.count, 24 * kMiB);
  EXPECT_LT(parts_of(report).anonymous.count, 8 * kMiB);
}

// It is gone with its processes: only a look before the kill knows it.
TEST(MemoryCap, OfASharedMappingIsSharedMemory) {
  const auto report = run_capped([](GuestSide&) {
    auto* memory = static_cast<volatile char*>(
        mmap(nullptr, 64 * kMiB, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    for (std::size_t at = 0; at < 64 * kMiB; at += 4096) {
      if (at == 24 * kMiB) usleep(200000);  // time for that look, on the slowest machine
      memory[at] = 1;
    }
  });
  if (!lane_has(Facility::kMemoryCap)) return expect_refused(report, Facility::kMemoryCap);
  EXPECT_GT(parts_of(report).shared.count, 16 * kMiB);
}

TEST(MemoryCap, OfWhatIsInPipesIsTheKernels) {
  const auto report = run_capped([](GuestSide&) {
    std::vector<char> bytes(std::size_t{1} << 20, 'x');
    for (int pipes = 0; pipes < 200; ++pipes) {
      int ends[2];
      if (pipe2(ends, O_NONBLOCK) != 0) break;
      if (pipes == 24) usleep(200000);  // time for a look, which version 2 needs
      fcntl(ends[1], F_SETPIPE_SZ, static_cast<int>(bytes.size()));
      [[maybe_unused]] const ssize_t written = write(ends[1], bytes.data(), bytes.size());
    }
    hold_memory(64 * kMiB);  // where the kernel gives no more and does not kill
  });
  if (!lane_has(Facility::kMemoryCap)) return expect_refused(report, Facility::kMemoryCap);
  EXPECT_GT(parts_of(report).kernel.count, 16 * kMiB);
  EXPECT_LT(parts_of(report).anonymous.count, 16 * kMiB);
}

TEST(MemoryCap, CoversTheGuestsChildrenTogether) {
  const auto report = run_capped([](GuestSide&) {
    for (int child = 0; child < 4; ++child) {
      if (fork() != 0) continue;
      hold_memory(12 * kMiB);
      pause();
    }
    int status = 0;
    wait(&status);
  });
  if (!lane_has(Facility::kMemoryCap)) return expect_refused(report, Facility::kMemoryCap);
  EXPECT_GE(report.usage.oom_kills, 1U);
}

TEST(MemoryCap, LeavesAnAllocationThatFailsToTheTest) {
  const auto report = run_capped([](GuestSide& guest) {
    const rlimit limit{64 * kMiB, 64 * kMiB};
    setrlimit(RLIMIT_AS, &limit);
    void* memory =
        mmap(nullptr, 256 * kMiB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    guest.send(1, memory == MAP_FAILED ? strerrorname_np(errno) : "mapped");
    [] noexcept { [[maybe_unused]] void* volatile kept = operator new(256 * kMiB); }();
  });
  if (!lane_has(Facility::kMemoryCap)) return expect_refused(report, Facility::kMemoryCap);
  ASSERT_EQ(report.events.size(), 1U);
  EXPECT_EQ(report.events[0].payload, "ENOMEM");
  // SIGABRT, or a sanitizer's exit status.
  EXPECT_TRUE(std::holds_alternative<Signaled>(report.outcome) ||
              std::holds_alternative<Exited>(report.outcome));
  EXPECT_EQ(report.usage.oom_kills, 0U);
}

TEST(MemoryCap, IsNotBlamedForAKillFromElsewhere) {
  const auto report = run_capped([](GuestSide&) { raise(SIGKILL); });
  if (!lane_has(Facility::kMemoryCap)) return expect_refused(report, Facility::kMemoryCap);
  ASSERT_TRUE(std::holds_alternative<Signaled>(report.outcome));
  EXPECT_EQ(std::get<Signaled>(report.outcome).signal, SIGKILL);
}

// The kernel kills the larger one, on version 1 alone.
TEST(MemoryCap, IsNotBlamedForAKillAfterThatOfAChild) {
  const auto report = run_capped([](GuestSide&) {
    if (fork() == 0) hold_memory(64 * kMiB);
    int status = 0;
    wait(&status);
    raise(SIGKILL);
  });
  if (!lane_has(Facility::kMemoryCap)) return expect_refused(report, Facility::kMemoryCap);
  EXPECT_GE(report.usage.oom_kills, 1U);
  if (!is_known_who_was_killed()) return;
  ASSERT_TRUE(std::holds_alternative<Signaled>(report.outcome));
  EXPECT_EQ(std::get<Signaled>(report.outcome).signal, SIGKILL);
}

TEST(MemoryCap, IsBlamedWhenAChildWasKilledBefore) {
  const auto report = run_capped([](GuestSide&) {
    if (fork() == 0) hold_memory(64 * kMiB);
    int status = 0;
    wait(&status);
    hold_memory(64 * kMiB);
  });
  if (!lane_has(Facility::kMemoryCap)) return expect_refused(report, Facility::kMemoryCap);
  EXPECT_TRUE(std::holds_alternative<OutOfMemory>(report.outcome));
}

TEST(MemoryCap, TooSmallToRunInIsRefusedWithOneThatWorks) {
  const auto report = run_cell(CellConfig{}.with_memory(4_KiB), [](GuestSide&) {});
  if (!lane_has(Facility::kMemoryCap)) return expect_refused(report, Facility::kMemoryCap);
  ASSERT_TRUE(std::holds_alternative<SetupFailed>(report.outcome));
  EXPECT_NE(std::get<SetupFailed>(report.outcome).why.find("the smallest that works is "),
            std::string::npos);
}

TEST(SoftMemoryCap, SlowsDownAndDoesNotKill) {
  const auto report = run_cell(CellConfig{}.with_memory_high(16_MiB).with_deadline(60s),
                               [](GuestSide&) { hold_memory(17 * kMiB); });
  if (!lane_has(Facility::kSoftMemoryCap)) return expect_refused(report, Facility::kSoftMemoryCap);
  EXPECT_TRUE(std::holds_alternative<Finished>(report.outcome));
}

}  // namespace
}  // namespace cloister
