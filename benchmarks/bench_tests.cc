// The tests that bench.cc measures, BENCH_TESTS of them (default 1000), which cost nothing, sleep
// for BENCH_SLEEP_MS, compute for BENCH_SPIN_MS or write BENCH_FILES of 1 KiB into directories of
// their own in the working directory. BENCH_RESIDENT_MIB are touched before main's
// end; with BENCH_FORKS=N the program measures instead what N plain forks of it cost. Compiled with
// BENCH_PLAIN it is the same program without Cloister, for the peers; there BENCH_FORKED=N is to
// run each test in a plain fork as well, N at once.
#include <gtest/gtest.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <string>
#ifndef BENCH_PLAIN
#include <cloister/gtest.h>
#endif

namespace {

using Clock = std::chrono::steady_clock;

int asked_for(const char* name, int otherwise) {
  const char* text = getenv(name);
  return text != nullptr ? atoi(text) : otherwise;
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Of this program alone: what getrusage(2) tells remembers who called execve(2).
long peak_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.compare(0, 6, "VmHWM:") == 0) return atol(line.c_str() + 6);
  }
  abort();
}

// By the processor time of this thread: the same work however many run at once.
void spin(int milliseconds) {
  const auto spent = [] {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
  };
  for (const double end = spent() + milliseconds; spent() < end;) {
  }
}

void write_files(int count, int test) {
  const std::string directory = "written." + std::to_string(test);
  mkdir(directory.c_str(), 0755);
  for (int i = 0; i < count; ++i)
    std::ofstream(directory + "/" + std::to_string(i)) << std::string(1024, 'x');
}

// In pages of 4 KiB, as a heap of many small objects is: a few huge ones would make forks cheap.
void touch(int mebibytes) {
  if (mebibytes == 0) return;
  const std::size_t size = static_cast<std::size_t>(mebibytes) << 20;
  void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) abort();
  madvise(memory, size, MADV_NOHUGEPAGE);
  memset(memory, 1, size);
}

// Their suite's set-up takes BENCH_SET_UP_MS and touches BENCH_SET_UP_MIB.
void set_up() {
  touch(asked_for("BENCH_SET_UP_MIB", 0));
  usleep(1000U * asked_for("BENCH_SET_UP_MS", 0));
}

class Trivial : public testing::TestWithParam<int> {
 protected:
  static void SetUpTestSuite() { set_up(); }
};
TEST_P(Trivial, Test) {
  if (const int sleep_ms = asked_for("BENCH_SLEEP_MS", 0)) usleep(1000U * sleep_ms);
  if (const int spin_ms = asked_for("BENCH_SPIN_MS", 0)) spin(spin_ms);
  if (const int files = asked_for("BENCH_FILES", 0)) write_files(files, GetParam());
  EXPECT_GE(GetParam(), 0);
}
INSTANTIATE_TEST_SUITE_P(Many, Trivial, testing::Range(0, asked_for("BENCH_TESTS", 1000)));

void fork_and_exit(int count) {
  const Clock::time_point start = Clock::now();
  for (int i = 0; i < count; ++i) {
    const pid_t child = fork();
    if (child == 0) _exit(0);
    if (child < 0 || waitpid(child, nullptr, 0) != child) abort();
  }
  printf("bench: fork_seconds %.9f\n", seconds_since(start) / count);
}

#ifdef BENCH_PLAIN
// Each test in a plain fork as well, which ends with it: the least that a process for a test costs.
class InForks : public testing::EmptyTestEventListener {
 public:
  explicit InForks(int in_flight) : in_flight_(in_flight) {}
  void OnTestStart(const testing::TestInfo&) override {
    if (running_ == in_flight_) wait_for_one();
    const pid_t child = fork();
    if (child < 0) abort();
    is_child_ = child == 0;
    ++running_;
  }
  void OnTestEnd(const testing::TestInfo& test) override {
    if (is_child_) _exit(test.result()->Passed() ? 0 : 1);
  }
  void OnTestProgramEnd(const testing::UnitTest&) override {
    while (running_ > 0) wait_for_one();
  }

 private:
  void wait_for_one() {
    int status = 0;
    if (waitpid(-1, &status, 0) < 0 || status != 0) abort();
    --running_;
  }

  int in_flight_;
  int running_ = 0;
  bool is_child_ = false;
};
#endif

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  touch(asked_for("BENCH_RESIDENT_MIB", 0));
  const Clock::time_point start = Clock::now();
  if (const int forks = asked_for("BENCH_FORKS", 0)) {
    set_up();
    fork_and_exit(forks);
    printf("bench: set_up_and_forks_seconds %.9f\n", seconds_since(start));
    return 0;
  }
#ifdef BENCH_PLAIN
  if (const int in_flight = asked_for("BENCH_FORKED", 0))
    testing::UnitTest::GetInstance()->listeners().Append(new InForks(in_flight));
  const int status = RUN_ALL_TESTS();
#else
  const int status = cloister::run_all_tests();
#endif
  printf("bench: run_seconds %.9f\nbench: peak_kib %ld\n", seconds_since(start), peak_kib());
  return status;
}
