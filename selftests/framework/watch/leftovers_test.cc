// What guests leave in their cells, and what their reports say of it.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "framework/report/words.h"
#include "selftests/framework/watch/run_cells.h"
#include "selftests/support/lane.h"

namespace cloister {
namespace {

using selftests::lane_gives;
using Lines = std::vector<std::string>;

Lines left_by(void (*body)(), Leaks leaks = Leaks::kReport) {
  return leftovers_text(run_cell(CellConfig{}.with_leaks(leaks), [body](GuestSide&) { body(); }),
                        true);
}
Lines where(bool given, Lines lines) { return given ? lines : Lines{}; }

void make_file(const char* name) { close(open(name, O_CREAT | O_WRONLY, 0600)); }

void leave_files() {
  make_file("/tmp/odd\n\x1b[31m");
  mkdir("/tmp/directory", 0700);
  make_file("/tmp/directory/inside");
}

TEST(Leftovers, OfATestThatLeavesNothingAreNone) {
  EXPECT_EQ(left_by([] {
              make_file("/tmp/file");
              unlink("/tmp/file");
              shmctl(shmget(IPC_PRIVATE, 4096, 0600), IPC_RMID, nullptr);
            }),
            Lines{});
}

TEST(Leftovers, FilesAreNamedInOneLineAndThoseInDirectoriesCounted) {
  const auto report = run_cell({}, [](GuestSide&) { leave_files(); });
  if (!lane_gives("private /tmp and /dev/shm")) {
    EXPECT_TRUE(report.left.empty());
    return;
  }
  ASSERT_EQ(report.left.size(), 1U);
  EXPECT_EQ(report.left[0].count, 3U);
  auto names = report.left[0].names;
  std::ranges::sort(names);
  EXPECT_EQ(names, (Lines{"directory/", "odd\\n\\x1b[31m"}));
}

TEST(Leftovers, ManyFilesAreCountedAndTheFirstNamed) {
  const auto report = run_cell({}, [](GuestSide&) {
    for (int i = 0; i < 3000; ++i) make_file(("/tmp/" + std::to_string(i)).c_str());
  });
  if (!lane_gives("private /tmp and /dev/shm")) {
    EXPECT_TRUE(report.left.empty());
    return;
  }
  ASSERT_EQ(report.left.size(), 1U);
  EXPECT_EQ(report.left[0].count, 3000U);
  EXPECT_EQ(report.left[0].names.size(), 16U);
}

TEST(Leftovers, PosixSharedMemoryIsNamed) {
  EXPECT_EQ(left_by([] { close(shm_open("/left", O_CREAT | O_RDWR, 0600)); }),
            where(lane_gives("private /tmp and /dev/shm"), {"1 file in /dev/shm: left"}));
}

TEST(Leftovers, SystemVObjectsAreNamedByTheirKeys) {
  if (!lane_gives("ipc namespace")) {
    EXPECT_EQ(left_by([] {}), Lines{});
    return;
  }
  EXPECT_EQ(left_by([] {
              shmget(0x11, 4096, IPC_CREAT | 0600);
              semget(IPC_PRIVATE, 3, 0600);
              msgget(0x13, IPC_CREAT | 0600);
            }),
            (Lines{"1 System V shared memory segment: key 0x11, 4096 bytes",
                   "1 System V semaphore set: private, 3 semaphores",
                   "1 System V message queue: key 0x13, 0 messages"}));
}

void leave_sockets() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(8080);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto* name = reinterpret_cast<const sockaddr*>(&address);
  const int tcp = socket(AF_INET, SOCK_STREAM, 0);
  bind(tcp, name, sizeof address);
  listen(tcp, 1);
  bind(socket(AF_INET, SOCK_DGRAM, 0), name, sizeof address);
  sockaddr_un abstract{};
  abstract.sun_family = AF_UNIX;
  abstract.sun_path[1] = 'x';
  const int local = socket(AF_UNIX, SOCK_STREAM, 0);
  bind(local, reinterpret_cast<const sockaddr*>(&abstract), sizeof(sa_family_t) + 2);
  listen(local, 1);
  if (fork() > 0) return;
  execlp("sleep", "sleep", "1000", nullptr);
  _exit(1);
}

TEST(Leftovers, AProcessIsNamedByItsCommandLineAndItsPortsAreListed) {
  Lines lines = left_by([] {
    int mark[2];
    ASSERT_EQ(pipe2(mark, O_CLOEXEC), 0);
    leave_sockets();
    close(mark[1]);
    char none = 0;
    ASSERT_EQ(read(mark[0], &none, 1), 0);  // it has been executed
  });
  if (!lane_gives("pid namespace")) {
    EXPECT_EQ(lines, Lines{});
    return;
  }
  ASSERT_FALSE(lines.empty());
  EXPECT_TRUE(lines[0].starts_with("1 process: ") && lines[0].ends_with(" 'sleep 1000'"))
      << lines[0];
  lines.erase(lines.begin());
  EXPECT_EQ(lines, where(lane_gives("private network"),
                         {"1 listening TCP port: 127.0.0.1:8080", "1 UDP port: 127.0.0.1:8080",
                          "1 listening unix socket: @x"}));
}

TEST(Leftovers, AreNotLookedForWhereTheyAreIgnored) {
  EXPECT_EQ(left_by(leave_files, Leaks::kIgnore), Lines{});
}

TEST(Printable, KeepsLettersAndWritesTheRestOut) {
  EXPECT_EQ(printable("größe 8"), "größe 8");
  EXPECT_EQ(printable("a\nb\x1b[1m\x7f\xff\xc2\x9b"), "a\\nb\\x1b[1m\\x7f\\xff\\xc2\\x9b");
}

TEST(LeakWords, AreThereWhereATestIsToFail) {
  CellReport report;
  report.survivors = {{3, "sleep", "sleep 1000"}};
  report.survivor_count = 1;
  EXPECT_EQ(leak_words(report, "A.B", "--cloister_leaks"), "");
  report.leaks = Leaks::kFail;
  EXPECT_EQ(leak_words(report, "A.B", "--cloister_leaks"),
            "cloister: A.B left something in its cell\n  left:   1 process: 3 'sleep 1000'\n"
            "  advice: end and wait for what it starts, close and remove what it makes, or allow "
            "it with --cloister_leaks=report");
}

}  // namespace
}  // namespace cloister
