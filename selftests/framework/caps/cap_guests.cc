#include "selftests/framework/caps/cap_guests.h"

#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "selftests/support/lane.h"

namespace cloister {

bool lane_has(Facility facility) { return selftests::lane_gives(facility_name(facility)); }

void expect_refused(const CellReport& report, Facility facility) {
  ASSERT_TRUE(std::holds_alternative<SetupFailed>(report.outcome));
  const std::string& why = std::get<SetupFailed>(report.outcome).why;
  EXPECT_NE(why.find("cannot give this test the " + std::string(facility_name(facility)) +
                     " it asks for: "),
            std::string::npos)
      << why;
  EXPECT_NE(why.find("; "), std::string::npos) << "a cure in " << why;
}

void hold_memory(std::size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  auto* page = static_cast<volatile char*>(memory);
  for (std::size_t at = 0; at < bytes; at += 4096) page[at] = 1;
}

std::string fork_up_to(int count) {
  int forked = 0;
  while (forked < count) {
    const pid_t pid = fork();
    if (pid == 0) pause();
    if (pid < 0) return std::to_string(forked) + " " + strerrorname_np(errno);
    ++forked;
  }
  return std::to_string(forked);
}

void use_cpu(std::chrono::milliseconds time) {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  const auto used = [](const timespec& t) {
    return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
  };
  for (const auto end = used(now) + time; used(now) < end;)
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
}

namespace {
std::string fill(int fd, std::size_t bytes) {
  const std::vector<char> block(4096, 'x');
  if (fd < 0) return strerrorname_np(errno);
  while (bytes > 0) {
    const ssize_t written = write(fd, block.data(), std::min(bytes, block.size()));
    if (written < 0) return strerrorname_np(errno);
    bytes -= static_cast<std::size_t>(written);
  }
  close(fd);
  return "";
}
}  // namespace

std::string fill_file(const std::string& path, std::size_t bytes) {
  return fill(open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600), bytes);
}

std::string fill_unlinked(std::size_t bytes) {
  char name[] = "/tmp/cloister-file-XXXXXX";
  const int fd = mkstemp(name);
  unlink(name);
  return fill(fd, bytes);
}

std::string make_files(const std::string& directory, int count) {
  for (int i = 0; i < count; ++i) {
    const int fd =
        open((directory + "/" + std::to_string(i)).c_str(), O_CREAT | O_CLOEXEC | O_WRONLY, 0600);
    if (fd < 0) return strerrorname_np(errno);
    close(fd);
  }
  return "";
}

}  // namespace cloister
