// Guests that use up what there is: memory, files, output, their own limits.
#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include <cloister/gtest.h>

#include "selftests/guests/hostile/guests.h"

namespace {

using namespace cloister::literals;
using namespace std::chrono_literals;

void hold_memory(std::size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  for (std::size_t at = 0; at < bytes; at += 4096) static_cast<volatile char*>(memory)[at] = 1;
}

// Until there is no room; the reason why there is not.
int fill_by_bytes(const std::string& directory) {
  const int fd = open((directory + "/file").c_str(), O_CREAT | O_WRONLY, 0600);
  static const std::string block(1 << 16, 'x');
  while (write(fd, block.data(), block.size()) > 0) {
  }
  return errno;
}

int fill_by_files(const std::string& directory) {
  for (int i = 0;; ++i) {
    const int fd = open((directory + "/" + std::to_string(i)).c_str(), O_CREAT | O_WRONLY, 0600);
    if (fd < 0) return errno;
    close(fd);
  }
}

void write_all(int fd, const std::string& block, std::uint64_t bytes) {
  for (std::uint64_t left = bytes; left > 0;) {
    const ssize_t written = write(fd, block.data(), std::min<std::uint64_t>(left, block.size()));
    if (written <= 0) return;
    left -= static_cast<std::uint64_t>(written);
  }
}

NEIGHBOUR(Memory, 1)
CLOISTER_TEST(Memory, Bomb, {.memory = 32_MiB});
TEST(Memory, Bomb) { hold_memory(std::size_t{1} << 30); }
CLOISTER_TEST(Memory, BombInAChild, {.memory = 32_MiB});
TEST(Memory, BombInAChild) {
  const pid_t child = hostile::in_child([] { hold_memory(std::size_t{1} << 30); });
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status));
}
NEIGHBOUR(Memory, 2)
CLOISTER_TEST(Memory, BombOfFilesInTmp, {.memory = 32_MiB});
TEST(Memory, BombOfFilesInTmp) { fill_by_bytes("/tmp"); }
NEIGHBOUR(Memory, 3)

CLOISTER_SUITE(Fills, {.tmp_size = 4_MiB, .shm_size = 4_MiB, .tmpfs_inodes = 500});
TEST(Fills, TmpByBytes) { EXPECT_EQ(fill_by_bytes("/tmp"), ENOSPC); }
TEST(Fills, TmpByFiles) { EXPECT_EQ(fill_by_files("/tmp"), ENOSPC); }
NEIGHBOUR(Fills, 1)
TEST(Fills, ShmByBytes) { EXPECT_EQ(fill_by_bytes("/dev/shm"), ENOSPC); }
TEST(Fills, ShmByFiles) { EXPECT_EQ(fill_by_files("/dev/shm"), ENOSPC); }
NEIGHBOUR(Fills, 2)
CLOISTER_TEST(Fills, AFileToItsLargest, {.file_size = 64_KiB});
TEST(Fills, AFileToItsLargest) { fill_by_bytes("/tmp"); }
CLOISTER_TEST(Fills, ItsProcessorTime, {.cpu_time = 200ms});
TEST(Fills, ItsProcessorTime) {
  volatile int turns = 0;
  while (true) turns = turns ^ 1;
}

CLOISTER_SUITE(Prints, {.output = 64_KiB});
TEST(Prints, AGibibyteOnStdout) { write_all(1, std::string(1 << 16, 'x'), (1_GiB).count); }
NEIGHBOUR(Prints, 1)
TEST(Prints, AGibibyteOnStderr) { write_all(2, std::string(1 << 16, 'x'), (1_GiB).count); }
TEST(Prints, OneByteAtATimeOnStdout) { write_all(1, "x", 200000); }
NEIGHBOUR(Prints, 2)
TEST(Prints, OneByteAtATimeOnStderr) { write_all(2, "x", 200000); }
TEST(Prints, EveryByteThatThereIs) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  write_all(1, bytes, 4096);
}
NEIGHBOUR(Prints, 3)
CLOISTER_TEST(Prints, WithoutEnd, {.deadline = 300ms, .output = 64_KiB});
TEST(Prints, WithoutEnd) {
  while (true) write_all(1, std::string(1 << 16, 'x'), (1_GiB).count);
}

void set_to_zero(__rlimit_resource resource) {
  const rlimit none{};
  ASSERT_EQ(setrlimit(resource, &none), 0);
}

TEST(LimitsToZero, OfFileSize) { set_to_zero(RLIMIT_FSIZE); }
TEST(LimitsToZero, OfDescriptors) { set_to_zero(RLIMIT_NOFILE); }
NEIGHBOUR(LimitsToZero, 1)
TEST(LimitsToZero, OfAddresses) { set_to_zero(RLIMIT_AS); }
TEST(LimitsToZero, OfData) { set_to_zero(RLIMIT_DATA); }
TEST(LimitsToZero, OfProcesses) { set_to_zero(RLIMIT_NPROC); }
TEST(LimitsToZero, OfStack) { set_to_zero(RLIMIT_STACK); }
NEIGHBOUR(LimitsToZero, 2)
TEST(LimitsToZero, OfProcessorTime) {
  set_to_zero(RLIMIT_CPU);
  volatile int turns = 0;
  while (true) turns = turns ^ 1;
}
NEIGHBOUR(Core, 1)
CLOISTER_TEST(Core, OfSixtyFourMebibytes, {.core_size = cloister::Bytes{0}});
TEST(Core, OfSixtyFourMebibytes) {
  hold_memory(64 << 20);
  abort();
}

}  // namespace
