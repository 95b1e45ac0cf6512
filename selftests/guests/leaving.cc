// Tests that leave something in their cells, and one that does not.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#include <fstream>

#include <cloister/gtest.h>

namespace {

void leave_a_file() { std::ofstream("/tmp/leaving-file") << "left"; }

TEST(Leaving, Nothing) {}

TEST(Leaving, AProcess) {
  if (fork() == 0) {
    execlp("sleep", "sleep", "12345", nullptr);
    _exit(127);
  }
  // Until it is what it is named by.
  usleep(200'000);
}

TEST(Leaving, SharedMemory) {
  ASSERT_GE(shm_open("/leaving-memory", O_CREAT | O_RDWR, 0600), 0);
  ASSERT_GE(shmget(0x1ea5, 4096, IPC_CREAT | 0600), 0);
}

TEST(Leaving, AFile) { leave_a_file(); }

TEST(Leaving, AFileAndFails) {
  leave_a_file();
  FAIL() << "for a reason of its own";
}

CLOISTER_TEST(Leaving, AFileAndMayNot, cloister::CellConfig().with_leaks(cloister::Leaks::kFail));
TEST(Leaving, AFileAndMayNot) { leave_a_file(); }

CLOISTER_TEST(Leaving, SharedMemoryAndMay,
              cloister::CellConfig().with_leaks(cloister::Leaks::kIgnore));
TEST(Leaving, SharedMemoryAndMay) {
  ASSERT_GE(shm_open("/leaving-memory", O_CREAT | O_RDWR, 0600), 0);
}

}  // namespace
