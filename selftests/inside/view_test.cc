// What a guest sees: namespaces, processes, files, descriptors, host name. These tests run in
// cells.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <cloister/gtest.h>

#include "selftests/inside/where_given.h"

namespace {

using namespace cloister::literals;
using inside::expect_shared;
using inside::lane_gives;
using inside::link_target;
using inside::where_given;

// Noted before the run, outside of any cell.
const std::string kDirectoryOutside = link_target("/proc/self/cwd");
const std::string kBinaryOutside = link_target("/proc/self/exe");
const std::string kHostnameOutside = [] {
  char name[65] = {};
  gethostname(name, sizeof name);
  return std::string(name);
}();
dev_t device_of(const char* path) {
  struct stat status{};
  return stat(path, &status) == 0 ? status.st_dev : 0;
}
const dev_t kTmpOutside = device_of("/tmp");
const dev_t kShmOutside = device_of("/dev/shm");

void expect_shared_tmp() {
  EXPECT_EQ(device_of("/tmp"), kTmpOutside);
  EXPECT_EQ(device_of("/dev/shm"), kShmOutside);
}

std::vector<std::string> entries(const std::string& directory) {
  std::vector<std::string> names;
  DIR* open_directory = opendir(directory.c_str());
  if (open_directory == nullptr) return names;
  while (const dirent* entry = readdir(open_directory)) {
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  }
  closedir(open_directory);
  return names;
}

TEST(Namespaces, AllSevenAreTheCellsOwn) {
  const std::map<std::string, const char*> facilities = {
      {"user", "user namespace"},    {"pid", "pid namespace"}, {"mnt", "mount namespace"},
      {"net", "private network"},    {"uts", "own hostname"},  {"ipc", "ipc namespace"},
      {"cgroup", "cgroup namespace"}};
  for (const auto& [name, inside] : inside::own_namespaces()) {
    if (!lane_gives(facilities.at(name))) {
      expect_shared(name);
      continue;
    }
    EXPECT_FALSE(inside.empty());
    EXPECT_NE(inside, inside::namespaces_outside.at(name)) << name;
  }
}

TEST(Proc, ShowsTheCellsProcessesAlone) {
  if (!lane_gives("private /proc")) {
    EXPECT_EQ(access(("/proc/" + std::to_string(inside::keeper)).c_str(), F_OK), 0)
        << "the run's own process";
    return;
  }
  int processes = 0;
  for (const std::string& name : entries("/proc")) {
    if (name.find_first_not_of("0123456789") == std::string::npos) ++processes;
  }
#ifdef __SANITIZE_THREAD__
  EXPECT_EQ(processes, 3) << "init, the guest, and what ThreadSanitizer needs between them";
#else
  EXPECT_EQ(processes, 2) << "init and the guest";
#endif
}

TEST(Proc, KnowsTheGuestByItsOwnPid) {
  EXPECT_EQ(link_target("/proc/self"), std::to_string(getpid()));
}

TEST(Hostname, IsTheFixedDefault) {
  char name[65] = {};
  ASSERT_EQ(gethostname(name, sizeof name), 0);
  EXPECT_EQ(name, lane_gives("own hostname") ? "cloister" : kHostnameOutside);
}

CLOISTER_TEST(Hostname, CanBeChosen,
              where_given("own hostname", cloister::CellConfig{}.with_hostname("abbey")));
TEST(Hostname, CanBeChosen) {
  char name[65] = {};
  ASSERT_EQ(gethostname(name, sizeof name), 0);
  EXPECT_EQ(name, lane_gives("own hostname") ? "abbey" : kHostnameOutside);
}

std::vector<int> open_descriptors() {
  std::vector<int> open_ones;
  DIR* directory = opendir("/proc/self/fd");
  while (const dirent* entry = readdir(directory)) {
    const int fd = atoi(entry->d_name);
    if (entry->d_name[0] != '.' && fd != dirfd(directory)) open_ones.push_back(fd);
  }
  closedir(directory);
  std::ranges::sort(open_ones);
  return open_ones;
}
// The program's, and those of whoever has started it.
const std::vector<int> kDescriptorsOutside = open_descriptors();

// Descriptors of Cloister's own lie above what open() would ever give a test here.
constexpr int kFirstOwnDescriptor = 1000;

TEST(Descriptors, AreThoseOfTheProgramAndTwoOrThreeHighOnes) {
  std::vector<int> open_ones = open_descriptors();
  std::erase_if(open_ones, [](int fd) {
    return fd > 2 && std::ranges::binary_search(kDescriptorsOutside, fd);
  });
  ASSERT_GE(open_ones.size(), 5U);
  EXPECT_LE(open_ones.size(), 6U);
  EXPECT_EQ(std::vector<int>(open_ones.begin(), open_ones.begin() + 3),
            (std::vector<int>{0, 1, 2}));
  for (std::size_t i = 3; i < open_ones.size(); ++i) {
    EXPECT_GE(open_ones[i], kFirstOwnDescriptor);
    EXPECT_EQ(link_target("/proc/self/fd/" + std::to_string(open_ones[i])).rfind("pipe:", 0), 0U);
    EXPECT_EQ(fcntl(open_ones[i], F_GETFD), FD_CLOEXEC);
  }
}

TEST(Descriptors, StandardInputIsEmpty) {
  char byte = 0;
  EXPECT_EQ(read(0, &byte, 1), 0);
}

// Several instances at once, each of which must be alone with these names.
class Alone : public testing::TestWithParam<int> {};
TEST_P(Alone, InTmpAndShm) {
  if (!lane_gives("private /tmp and /dev/shm")) return expect_shared_tmp();
  EXPECT_GE(open("/tmp/the-only-one", O_CREAT | O_EXCL | O_WRONLY, 0600), 0) << strerror(errno);
  EXPECT_GE(shm_open("/the-only-one", O_CREAT | O_EXCL | O_RDWR, 0600), 0) << strerror(errno);
  EXPECT_GE(shmget(0xC1015, 4096, IPC_CREAT | IPC_EXCL | 0600), 0) << strerror(errno);
  usleep(20000);
}
INSTANTIATE_TEST_SUITE_P(Many, Alone, testing::Range(0, 8));

struct Capacity {
  unsigned long long bytes;
  unsigned long long inodes;
};
Capacity capacity(const char* path) {
  struct statvfs status{};
  EXPECT_EQ(statvfs(path, &status), 0);
  return {status.f_bavail * status.f_frsize, status.f_ffree};
}

TEST(Tmpfs, HaveTheDefaultCaps) {
  if (!lane_gives("private /tmp and /dev/shm")) return expect_shared_tmp();
  for (const char* path : {"/tmp", "/dev/shm"}) {
    EXPECT_EQ(capacity(path).bytes, 1ULL << 30) << path;
    EXPECT_EQ(capacity(path).inodes, 131072U) << path;
  }
}

CLOISTER_TEST(Tmpfs, FillUpAtTheirCap,
              where_given("private /tmp and /dev/shm",
                          cloister::CellConfig{}.with_tmp_size(1_MiB).with_tmpfs_inodes(16)));
TEST(Tmpfs, FillUpAtTheirCap) {
  if (!lane_gives("private /tmp and /dev/shm")) return expect_shared_tmp();
  const int fd = open("/tmp/big", O_CREAT | O_WRONLY, 0600);
  ASSERT_GE(fd, 0);
  const std::string half(512 * 1024, 'x');
  EXPECT_EQ(write(fd, half.data(), half.size()), static_cast<ssize_t>(half.size()));
  while (write(fd, half.data(), half.size()) > 0) {
  }
  EXPECT_EQ(errno, ENOSPC);
  close(fd);
  unlink("/tmp/big");
  int files = 0;
  while (files < 100 &&
         close(open(("/tmp/" + std::to_string(files)).c_str(), O_CREAT | O_WRONLY, 0600)) == 0)
    ++files;
  EXPECT_LT(files, 17);
}

TEST(Files, WorkingDirectoryAndBinaryStayWhereTheyWere) {
  EXPECT_EQ(link_target("/proc/self/cwd"), kDirectoryOutside);
  EXPECT_EQ(access(kBinaryOutside.c_str(), R_OK | X_OK), 0) << kBinaryOutside;
  EXPECT_EQ(access(".", R_OK), 0);
}

TEST(Files, TemporaryDirectoryOfTheEnvironmentStaysReachable) {
  const char* directory = getenv("TMPDIR");
  EXPECT_EQ(access(directory == nullptr ? "/tmp" : directory, R_OK | W_OK), 0);
}

TEST(Cgroups, AreTheRootsOfWhatTheGuestSees) {
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);)
    EXPECT_EQ(line.find("cell-"), std::string::npos) << line;
}

TEST(Cgroups, CannotBeWrittenTo) {
  for (const char* path : {"/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/memory/cgroup.procs",
                           "/sys/fs/cgroup/pids/cgroup.procs"}) {
    EXPECT_EQ(open(path, O_WRONLY), -1) << path;
  }
}

}  // namespace
