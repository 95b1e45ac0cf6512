// The innocent: each finds its own cell as new, whatever the others do meanwhile. And main().
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

#include <cloister/gtest.h>

#include "selftests/guests/hostile/guests.h"

namespace hostile {
namespace {

constexpr std::uint16_t kFixedPort = 20202;

std::string hostname() {
  char name[65] = {};
  gethostname(name, sizeof name);
  return name;
}

// As they were before the run.
const std::string kDirectory = std::filesystem::current_path();
const std::string kProgram = std::filesystem::read_symlink("/proc/self/exe");
const int kPriority = getpriority(PRIO_PROCESS, 0);
const mode_t kUmask = [] {
  const mode_t mask = umask(0);
  umask(mask);
  return mask;
}();
rlimit limit_of(int resource) {
  rlimit limit{};
  getrlimit(static_cast<__rlimit_resource>(resource), &limit);
  return limit;
}
const rlimit kFiles = limit_of(RLIMIT_NOFILE);
const rlimit kFileSize = limit_of(RLIMIT_FSIZE);
const rlimit kAddresses = limit_of(RLIMIT_AS);

void expect_limit(int resource, const rlimit& before) {
  EXPECT_EQ(limit_of(resource).rlim_cur, before.rlim_cur) << resource;
  EXPECT_EQ(limit_of(resource).rlim_max, before.rlim_max) << resource;
}

// The run's own files under /tmp stay visible in a cell: the working directory, the program, and
// what is in a directory of this prefix.
void expect_empty(const std::string& directory) {
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    const std::string path = entry.path();
    EXPECT_TRUE(kDirectory.starts_with(path) || kProgram.starts_with(path) ||
                path.starts_with("/tmp/cloister-"))
        << path;
  }
}

void expect_port_is_free() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(kFixedPort);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(listen(fd, 1), 0);
  close(fd);
}

void expect_as_new() {
  expect_empty("/tmp");
  expect_empty("/dev/shm");
  EXPECT_EQ(hostname(), "cloister");
  EXPECT_EQ(std::filesystem::current_path(), kDirectory);
  const mode_t mask = umask(kUmask);
  EXPECT_EQ(mask, kUmask);
  EXPECT_EQ(getpriority(PRIO_PROCESS, 0), kPriority);
  EXPECT_EQ(getenv("HOSTILE"), nullptr);
  EXPECT_EQ(access("/etc/passwd", R_OK), 0);
  EXPECT_EQ(access("/proc/self/stat", R_OK), 0);
  expect_limit(RLIMIT_NOFILE, kFiles);
  expect_limit(RLIMIT_FSIZE, kFileSize);
  expect_limit(RLIMIT_AS, kAddresses);
  expect_port_is_free();
}

}  // namespace

void expect_unharmed() {
  expect_as_new();
  // Long enough to be there while others misbehave.
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  expect_as_new();
}

bool is_guest_of(std::string_view suite, std::string_view test) {
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  for (int i = 0; i < all.total_test_suite_count(); ++i) {
    const testing::TestSuite& each = *all.GetTestSuite(i);
    if (each.name() != suite || !each.should_run()) continue;
    for (int j = 0; j < each.total_test_count(); ++j) {
      if (each.GetTestInfo(j)->name() == test) return each.GetTestInfo(j)->should_run();
    }
  }
  return false;
}

}  // namespace hostile

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::string(argv[i]).rfind("--cloister=off", 0) == 0) {
      fprintf(stderr, "guest_hostile: cannot run without cells: it would harm this machine\n");
      return 2;
    }
  }
  unsetenv("CLOISTER");  // which may say "off"
  testing::InitGoogleTest(&argc, argv);
  const int status = cloister::run_all_tests();
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  printf("the keeper's peak memory: %ld KiB\n", used.ru_maxrss);
  return status;
}
