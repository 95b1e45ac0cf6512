// Tests whose point is a limit: expected ends, budgets, and caps that are met without ending the
// test.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>

#include <cloister/gtest.h>

namespace {

using namespace cloister::literals;
using namespace std::chrono_literals;

void hold_memory(std::size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (std::size_t at = 0; at < bytes; at += 4096) static_cast<volatile char*>(memory)[at] = 1;
}

void use_cpu(std::chrono::milliseconds time) {
  timespec now{};
  const auto used = [&now] {
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
  };
  for (const auto end = used() + time; used() < end;) {
  }
}

CLOISTER_TEST(Expected, EndAtTheMemoryCap, {.memory = 16_MiB});
TEST(Expected, EndAtTheMemoryCap) {
  CLOISTER_EXPECT(OutOfMemory);
  hold_memory(32 << 20);
}

CLOISTER_TEST(Expected, EndAtTheDeadline, {.deadline = 500ms});
TEST(Expected, EndAtTheDeadline) {
  CLOISTER_EXPECT(TimedOut);
  pause();
}

CLOISTER_TEST(Expected, EndWithoutCpuTime, {.cpu_time = 300ms});
TEST(Expected, EndWithoutCpuTime) {
  CLOISTER_EXPECT(OutOfCpuTime);
  use_cpu(60s);
}

TEST(Expected, EndByASignal) {
  CLOISTER_EXPECT(Signaled{SIGUSR1});
  raise(SIGUSR1);
}

TEST(Expected, EndByAnExit) {
  CLOISTER_EXPECT(Exited{3});
  _exit(3);
}

TEST(Unexpected, EndDoesNotCome) { CLOISTER_EXPECT(Signaled{SIGUSR1}); }

TEST(Unexpected, EndIsAnother) {
  CLOISTER_EXPECT(Signaled{SIGUSR1});
  raise(SIGUSR2);
}

TEST(Unexpected, FailureComesBefore) {
  CLOISTER_EXPECT(Signaled{SIGUSR1});
  ADD_FAILURE() << "before the end";
  raise(SIGUSR1);
}

TEST(Impossible, EndWithoutACap) {
  CLOISTER_EXPECT(OutOfMemory);
  std::abort();
}

TEST(Budget, OfMemoryIsKept) {
  EXPECT_WITHIN_BUDGET({.memory = 8_MiB});
  hold_memory(4 << 20);
}

TEST(Budget, OfMemoryIsOverdrawn) {
  EXPECT_WITHIN_BUDGET({.memory = 8_MiB});
  hold_memory(16 << 20);
}

TEST(Budget, OfMemoryIsOverdrawnByWhatIsGivenBack) {
  EXPECT_WITHIN_BUDGET({.memory = 8_MiB});
  free(calloc(1, 1));
  auto* memory = static_cast<volatile char*>(malloc(16 << 20));
  for (int at = 0; at < 16 << 20; at += 4096) memory[at] = 1;
  free(const_cast<char*>(memory));
}

// What was high before the block is none of its business.
TEST(Budget, StartsAnew) {
  auto* memory = static_cast<volatile char*>(malloc(16 << 20));
  for (int at = 0; at < 16 << 20; at += 4096) memory[at] = 1;
  free(const_cast<char*>(memory));
  EXPECT_WITHIN_BUDGET({.memory = 8_MiB});
  hold_memory(4 << 20);
}

// A block within starts the kernel's peak anew; the outer one must not forget.
TEST(Budget, OfTheOuterBlockCountsWhatCameBeforeTheInner) {
  EXPECT_WITHIN_BUDGET({.memory = 8_MiB});
  auto* memory = static_cast<volatile char*>(malloc(16 << 20));
  for (int at = 0; at < 16 << 20; at += 4096) memory[at] = 1;
  free(const_cast<char*>(memory));
  EXPECT_WITHIN_BUDGET({.memory = 8_MiB});
}

TEST(Budget, OfCpuIsKept) {
  EXPECT_WITHIN_BUDGET({.cpu = 400ms});
  use_cpu(20ms);
  usleep(600000);
}

TEST(Budget, OfCpuIsOverdrawn) {
  EXPECT_WITHIN_BUDGET({.cpu = 20ms});
  use_cpu(40ms);
}

TEST(Budget, OfCpuIsOverdrawnByAChild) {
  EXPECT_WITHIN_BUDGET({.cpu = 20ms});
  if (fork() == 0) {
    use_cpu(40ms);
    _exit(0);
  }
  wait(nullptr);
}

TEST(Budget, OfTimeIsOverdrawn) {
  EXPECT_WITHIN_BUDGET({.wall = 20ms});
  usleep(40000);
}

CLOISTER_TEST(Meets, ItsTmpSize, {.tmp_size = 64_KiB});
TEST(Meets, ItsTmpSize) {
  const int fd = open("/tmp/file", O_CREAT | O_WRONLY, 0600);
  char block[4096] = {};
  while (write(fd, block, sizeof block) > 0) {
  }
}

CLOISTER_TEST(Meets, ItsFileSize, {.file_size = 64_KiB});
TEST(Meets, ItsFileSize) {
  char name[] = "/tmp/cloister-file-XXXXXX";
  const int fd = mkstemp(name);
  unlink(name);
  char block[4096] = {};
  while (write(fd, block, sizeof block) > 0) {
  }
}

CLOISTER_TEST(Meets, ItsProcessCap, {.processes = 3});
TEST(Meets, ItsProcessCap) {
  while (true) {
    const pid_t pid = fork();
    if (pid == 0) pause();
    if (pid < 0) break;
  }
  // A leak checker at the end needs a process of its own.
  signal(SIGTERM, SIG_IGN);
  kill(0, SIGTERM);
  while (wait(nullptr) > 0) {
  }
}

CLOISTER_TEST(Meets, ItsCpuCap, {.cpus = 0.2, .deadline = 300ms});
TEST(Meets, ItsCpuCap) { use_cpu(60s); }

TEST(Uses, ALittleOfEverything) {
  hold_memory(4 << 20);
  use_cpu(20ms);
  char name[] = "/tmp/cloister-file-XXXXXX";
  const int fd = mkstemp(name);
  char block[4096] = {};
  for (int i = 0; i < 16; ++i) std::ignore = write(fd, block, sizeof block);
  if (cloister::this_cell().limits().tmp_size == std::nullopt) unlink(name);  // not the cell's own
  if (fork() == 0) _exit(0);
  wait(nullptr);
}

CLOISTER_TEST(ThisCell, KnowsItsLimits, {.processes = 77, .deadline = 33s});
TEST(ThisCell, KnowsItsLimits) {
  const auto& cell = cloister::this_cell();
  EXPECT_TRUE(cell.inside());
  EXPECT_EQ(cell.limits().processes, 77U);
  EXPECT_EQ(cell.limits().deadline, 33s);
  EXPECT_EQ(cell.limits().output, 16_MiB) << "a default";
  EXPECT_FALSE(cell.limits().memory) << "none was asked for";
}

TEST(ThisCell, SeesItsMemory) {
  const auto& cell = cloister::this_cell();
  const auto before = cell.memory_peak();
  hold_memory(16 << 20);
  EXPECT_GT(cell.memory_peak().count, before.count + (8_MiB).count);
  EXPECT_GT(cell.memory().count, (8_MiB).count);
}

TEST(ThisCell, SeesItsCpuTime) {
  const auto before = cloister::this_cell().cpu_time();
  use_cpu(50ms);
  const auto used = cloister::this_cell().cpu_time() - before;
  EXPECT_GE(used, 35ms);
  EXPECT_LT(used, 1s);
}

TEST(ThisCell, IsNoneInARunWithoutCells) {
  if (cloister::this_cell().inside()) return;
  EXPECT_FALSE(cloister::this_cell().limits().deadline);
}

}  // namespace
