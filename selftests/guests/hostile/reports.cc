// Guests that tamper with what goes to their warden: frames, descriptors, the shared page.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <string_view>

#include <cloister/gtest.h>

#include "framework/protocol/frame.h"
#include "selftests/guests/hostile/guests.h"

namespace {

using namespace std::chrono_literals;
using cloister::FrameHead;
using cloister::kEntryFailedFrame;
using cloister::kFinishedFrame;
using cloister::kFrameMagic;

constexpr int kMostDescriptors = 1024;
constexpr int kFirstOfCloister = 900;  // what is below may be of who started the program

// The pipe that reports go through: the lowest of Cloister's, which are above what a test would
// open.
int event_pipe() {
  for (int fd = kFirstOfCloister; fd < kMostDescriptors; ++fd) {
    struct stat status{};
    if (fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode)) return fd;
  }
  ADD_FAILURE() << "there is no event pipe";
  return -1;
}

void put(std::string_view bytes) {
  const int fd = event_pipe();
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::string frame(std::uint16_t kind, std::uint32_t sequence, std::string_view payload) {
  const FrameHead head{kFrameMagic, kind, 0, sequence, static_cast<std::uint32_t>(payload.size())};
  return std::string(reinterpret_cast<const char*>(&head), sizeof head) + std::string(payload);
}

NEIGHBOUR(Frames, 1)
TEST(Frames, OfGarbage) { put("garbage that is no frame"); }
TEST(Frames, OfZeros) { put(std::string(4096, '\0')); }
NEIGHBOUR(Frames, 2)
TEST(Frames, GarbageInEveryDescriptor) {
  for (int fd = kFirstOfCloister; fd < kMostDescriptors; ++fd) {
    [[maybe_unused]] const ssize_t written = write(fd, "garbage that is no frame", 24);
  }
}
TEST(Frames, Truncated) { put(frame(1, 0, std::string(100, 'x')).substr(0, 50)); }
TEST(Frames, TruncatedByAnExit) {
  put(frame(kFinishedFrame, 0, "").substr(0, 8));
  _exit(0);
}
NEIGHBOUR(Frames, 3)
TEST(Frames, Oversized) {
  const FrameHead head{kFrameMagic, 1, 0, 0, UINT32_MAX};
  put({reinterpret_cast<const char*>(&head), sizeof head});
}
TEST(Frames, OutOfOrder) { put(frame(1, 7, "")); }
TEST(Frames, Repeated) {
  put(frame(kFinishedFrame, 0, ""));
  put(frame(kFinishedFrame, 0, ""));
}
NEIGHBOUR(Frames, 4)
TEST(Frames, OfUnknownKind) { put(frame(0xFFF5, 0, "")); }
TEST(Frames, OfTheAdaptersWithGarbageInThem) { put(frame(1, 0, "garbage")); }
TEST(Frames, ForgedToHavePassed) {
  put(frame(kFinishedFrame, 0, ""));
  _exit(0);
}
NEIGHBOUR(Frames, 5)
TEST(Frames, ForgedToHaveNotBeenRun) {
  put(frame(kEntryFailedFrame, 0, std::string("\x01\0\0\0\x04\0\0\0join", 12)));
}
TEST(Frames, OfAForkedChild) {
  const pid_t child = hostile::in_child([] { put(frame(kFinishedFrame, 0, "")); });
  waitpid(child, nullptr, 0);
}
TEST(Frames, FinishedThenACrash) {
  put(frame(kFinishedFrame, 0, ""));
  abort();
}
NEIGHBOUR(Frames, 6)
CLOISTER_TEST(Frames, FinishedThenAHang, {.deadline = 300ms});
TEST(Frames, FinishedThenAHang) {
  put(frame(kFinishedFrame, 0, ""));
  while (true) pause();
}
TEST(Frames, OfEightyMebibytes) {
  for (int i = 0; i < 80; ++i) {
    RecordProperty("key" + std::to_string(i), std::string(1 << 20, 'x'));
  }
}
NEIGHBOUR(Frames, 7)
TEST(Frames, OfTwoThousandFailures) {
  for (int i = 0; i < 2000; ++i) ADD_FAILURE() << std::string(100, 'x');
}
TEST(Frames, MoreThanThePageHolds) {
  close(event_pipe());
  for (int i = 0; i < 1000; ++i) RecordProperty("key" + std::to_string(i), std::string(100, 'x'));
}

TEST(Descriptors, AllClosed) {
  for (int fd = 0; fd < kMostDescriptors; ++fd) close(fd);
}
NEIGHBOUR(Descriptors, 1)
TEST(Descriptors, AllClosedByOneCall) { EXPECT_EQ(close_range(0, UINT32_MAX, 0), 0); }
TEST(Descriptors, AllReplaced) {
  const int null = open("/dev/null", O_RDWR);
  for (int fd = 0; fd < kMostDescriptors; ++fd) dup2(null, fd);
}
NEIGHBOUR(Descriptors, 2)
TEST(Descriptors, AFileInPlaceOfTheEventPipe) {
  const int file = open("/tmp/file", O_CREAT | O_RDWR, 0600);
  dup2(file, event_pipe());
}
TEST(Descriptors, APipeInPlaceOfTheEventPipe) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  dup2(ends[1], kMostDescriptors - 8);
}
TEST(Descriptors, AllFull) {
  int opened = 0;
  while (open("/dev/null", O_RDONLY) >= 0) ++opened;
  EXPECT_GT(opened, 0);
}
NEIGHBOUR(Descriptors, 3)
TEST(Descriptors, AnEventPipeThatDoesNotBlock) {
  const int fd = event_pipe();
  ASSERT_EQ(fcntl(fd, F_SETFL, O_WRONLY | O_NONBLOCK), 0);
  for (int i = 0; i < 1000; ++i) RecordProperty("key" + std::to_string(i), std::string(1000, 'x'));
}

// What the warden shares with the guest is the only shared mapping of no file that it has.
TEST(Page, FullOfNonsense) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    if (line.find("rw-s") == std::string::npos) continue;
    std::uintptr_t from = 0;
    std::uintptr_t to = 0;
    if (sscanf(line.c_str(), "%lx-%lx", &from, &to) != 2) continue;
    memset(reinterpret_cast<void*>(from), 0xFF, to - from);  // NOLINT(performance-no-int-to-ptr)
  }
}

}  // namespace
