// Views of the host's files, in real cells: what a guest sees, and what is there when it has ended.
#include "selftests/framework/files/views.h"

#include <errno.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits.h>
#include <sched.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace cloister {
namespace {

TEST_F(Views, KeepPutsInPlaceWhatWasWritten) {
  NEEDS_VIEWS();
  const auto report = run(Files::kKeep, [this] {
    put("file", "newer");
    put("made", "made");
    fs::create_directories("a/b");
    put("a/b/c", "deep");
    fs::remove("directory/inner");
    const std::string there = text_of(place_ / "file");
    return there;
  });
  EXPECT_EQ(said(report), "newer");
  EXPECT_EQ(text_of(place_ / "file"), "newer");
  EXPECT_EQ(text_of(place_ / "made"), "made");
  EXPECT_THAT(names(), testing::ElementsAre("a", "a/b", "a/b/c", "directory", "file", "made"));
  EXPECT_EQ(report.files.created, 4U);
  EXPECT_EQ(report.files.changed, 1U);
  EXPECT_EQ(report.files.deleted, 1U);
  EXPECT_EQ(report.files.written, (Bytes{5 + 4 + 4}));
  EXPECT_EQ(report.files.failure, "");
}

TEST_F(Views, KeepPutsDirectoriesModesAndLinksInPlace) {
  NEEDS_VIEWS();
  const auto report = run(Files::kKeep, [] {
    fs::remove_all("directory");
    fs::create_directory("directory");
    put("directory/other", "");
    fs::create_symlink("file", "link");
    fs::create_hard_link("directory/other", "second");
    fs::permissions("file", fs::perms::owner_read | fs::perms::others_exec);
    ::mkfifo("fifo", 0640);
    fs::create_directory("closed");
    fs::permissions("closed", fs::perms::owner_all);
    return "done";
  });
  EXPECT_EQ(said(report), "done");
  EXPECT_THAT(names(), testing::ElementsAre("closed", "directory", "directory/other", "fifo",
                                            "file", "link", "second"));
  EXPECT_EQ(fs::read_symlink(place_ / "link"), "file");
  EXPECT_EQ(fs::hard_link_count(place_ / "second"), 2U);
  EXPECT_EQ(fs::status(place_ / "file").permissions(),
            fs::perms::owner_read | fs::perms::others_exec);
  EXPECT_EQ(fs::status(place_ / "closed").permissions(), fs::perms::owner_all);
  EXPECT_EQ(text_of(place_ / "file"), "old");
  EXPECT_TRUE(fs::is_fifo(place_ / "fifo"));
}

TEST_F(Views, KeepReplacesOneKindOfEntryByAnother) {
  NEEDS_VIEWS();
  const auto report = run(Files::kKeep, [] {
    fs::remove("file");
    fs::create_directory("file");
    put("file/inner", "x");
    fs::remove_all("directory");
    put("directory", "y");
    return "done";
  });
  EXPECT_EQ(said(report), "done");
  EXPECT_EQ(text_of(place_ / "file" / "inner"), "x");
  EXPECT_EQ(text_of(place_ / "directory"), "y");
}

TEST_F(Views, KeepPutsTimesHolesAndAttributesInPlace) {
  NEEDS_VIEWS();
  constexpr off_t kLarge = 1 << 26;
  const auto report = run(Files::kKeep, [] {
    put("holed", "begin");
    fs::resize_file("holed", kLarge);
    ::setxattr("holed", "user.cloister", "here", 4, 0);
    const timespec times[2] = {{1000, 0}, {2000, 5}};
    ::utimensat(AT_FDCWD, "holed", times, 0);
    return "done";
  });
  EXPECT_EQ(said(report), "done");
  struct stat status{};
  ASSERT_EQ(::stat((place_ / "holed").c_str(), &status), 0);
  EXPECT_EQ(status.st_size, kLarge);
  EXPECT_LT(status.st_blocks * 512, kLarge / 4);
  EXPECT_EQ(status.st_mtim.tv_sec, 2000);
  char value[8] = {};
  if (::getxattr((place_ / "holed").c_str(), "user.cloister", value, sizeof value) < 0) {
    EXPECT_EQ(errno, EOPNOTSUPP);  // tmpfs before Linux 6.6, or this disk
  } else {
    EXPECT_STREQ(value, "here");
  }
}

TEST_F(Views, WhatWasOpenedForWritingAndNotWrittenToIsNoChange) {
  NEEDS_VIEWS();
  const auto report = run(Files::kKeep, [] {
    ::close(::open("file", O_RDWR));
    return "done";
  });
  EXPECT_EQ(said(report), "done");
  EXPECT_EQ(report.files.changed, 0U);
}

TEST_F(Views, DiscardLeavesTheHostAsItWasAndSaysWhatWasWritten) {
  NEEDS_VIEWS();
  const auto report = run(Files::kDiscard, [] {
    put("file", "newer");
    put("made", "made");
    fs::remove_all("directory");
    return text_of("file");
  });
  EXPECT_EQ(said(report), "newer");
  EXPECT_EQ(text_of(place_ / "file"), "old");
  EXPECT_THAT(names(), testing::ElementsAre("directory", "directory/inner", "file"));
  ASSERT_EQ(report.files.named.size(), 3U);
  EXPECT_EQ(report.files.created, 1U);
  EXPECT_EQ(report.files.changed, 1U);
  EXPECT_EQ(report.files.deleted, 1U);
}

TEST_F(Views, ReadOnlyIsTheHostsFilesAndRefusesToWrite) {
  NEEDS_VIEWS();
  const auto report = run(Files::kReadOnly, [] {
    const int fd = ::open("file", O_WRONLY);
    return std::string(fd < 0 ? strerrorname_np(errno) : "opened") + text_of("file");
  });
  EXPECT_EQ(said(report), "EROFSold");
}

TEST_F(Views, HostIsTheHostsFiles) {
  const auto report = run(Files::kHost, [] {
    put("file", "newer");
    return "done";
  });
  EXPECT_EQ(text_of(place_ / "file"), "newer");
  EXPECT_EQ(report.files.changed, 0U);
}

TEST_F(Views, ACrashKeepsWhatCameBefore) {
  NEEDS_VIEWS();
  run_cell(config(Files::kKeep), [this](GuestSide&) {
    put(place_ / "file", "before");
    ::abort();
  });
  EXPECT_EQ(text_of(place_ / "file"), "before");
}

TEST_F(Views, ADeadlineKeepsWhatCameBefore) {
  NEEDS_VIEWS();
  const auto report = run_cell(config(Files::kKeep).with_deadline(std::chrono::milliseconds(200)),
                               [this](GuestSide&) {
                                 put(place_ / "file", "before");
                                 ::pause();
                               });
  EXPECT_TRUE(std::holds_alternative<TimedOut>(report.outcome));
  EXPECT_EQ(text_of(place_ / "file"), "before");
}

TEST_F(Views, TheNumberOfAFileStaysWhenItIsWrittenTo) {
  NEEDS_VIEWS();
  const auto report = run(Files::kKeep, [] {
    struct stat before{};
    struct stat after{};
    ::stat("file", &before);
    put("file", "newer");
    ::stat("file", &after);
    return before.st_ino == after.st_ino && before.st_dev == after.st_dev ? "same" : "another";
  });
  EXPECT_EQ(said(report), "same");
}

TEST_F(Views, SocketsOfTheHostCanBeConnectedTo) {
  NEEDS_VIEWS();
  // Its path would be too long.
  const fs::path here = fs::current_path();
  fs::current_path(place_);
  const int listening = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{AF_UNIX, {}};
  const std::string name = (place_ / "socket").string();
  ASSERT_LT(name.size(), sizeof address.sun_path);
  ::strcpy(address.sun_path, name.c_str());
  ASSERT_EQ(::bind(listening, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listening, 1), 0);
  fs::current_path(here);
  const auto report = run(Files::kKeep, [&address] {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    return ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0
               ? "connected"
               : strerrorname_np(errno);
  });
  ::close(listening);
  EXPECT_EQ(said(report), "connected");
}

TEST_F(Views, SharedFilesStayTheHosts) {
  NEEDS_VIEWS();
  const auto shared =
      config(Files::kDiscard)
          .with_shared_files({(place_ / "file").string(), (place_ / "directory").string()});
  run_cell(shared, [this](GuestSide&) {
    put(place_ / "file", "shared");
    put(place_ / "directory" / "made", "shared");
    put(place_ / "own", "own");
  });
  EXPECT_EQ(text_of(place_ / "file"), "shared");
  EXPECT_THAT(names(),
              testing::ElementsAre("directory", "directory/inner", "directory/made", "file"));
}

TEST_F(Views, OrdinaryUseOfFilesWorks) {
  NEEDS_VIEWS();
  const auto report = run(Files::kKeep, [this]() -> std::string {
    const int unnamed = ::open(".", O_TMPFILE | O_RDWR, 0600);
    if (unnamed < 0) return "O_TMPFILE";
    const std::string link = "/proc/self/fd/" + std::to_string(unnamed);
    if (::linkat(AT_FDCWD, link.c_str(), AT_FDCWD, "named", AT_SYMLINK_FOLLOW) != 0)
      return "linkat";
    const int locked = ::open("file", O_RDWR);
    if (::flock(locked, LOCK_EX | LOCK_NB) != 0) return "flock";
    void* memory = ::mmap(nullptr, 3, PROT_READ | PROT_WRITE, MAP_SHARED, locked, 0);
    if (memory == MAP_FAILED) return "mmap";
    ::memcpy(memory, "map", 3);
    if (::msync(memory, 3, MS_SYNC) != 0) return "msync";
    if (::mkdir("new", 0755) != 0 || ::rename("new", "renamed") != 0) return "rename";
    if (::rename("file", "moved") != 0) return "rename of a file";
    const int watch = ::inotify_init1(IN_NONBLOCK);
    if (::inotify_add_watch(watch, ".", IN_CREATE) < 0 || ::mkfifo("fifo", 0600) != 0)
      return "mkfifo";
    char event[sizeof(inotify_event) + NAME_MAX + 1];
    if (::read(watch, event, sizeof event) <= 0) return "inotify";
    const int fifo = ::open("fifo", O_RDWR | O_NONBLOCK);
    if (::write(fifo, "x", 1) != 1 || ::read(fifo, event, 1) != 1) return "fifo";
    if (::chdir("renamed") != 0 || ::rmdir(place_.string().append("/renamed").c_str()) != 0)
      return "rmdir";
    return "all";
  });
  EXPECT_EQ(said(report), "all");
  EXPECT_EQ(text_of(place_ / "moved"), "map");
  EXPECT_THAT(names(),
              testing::ElementsAre("directory", "directory/inner", "fifo", "moved", "named"));
}

// What a user namespace's overlayfs cannot do: docs/FILES.md.
TEST_F(Views, ADirectoryThatWasThereCannotBeRenamed) {
  NEEDS_VIEWS();
  const auto report = run(Files::kKeep, [] {
    return ::rename("directory", "renamed") == 0 ? "renamed" : strerrorname_np(errno);
  });
  EXPECT_EQ(said(report), "EXDEV");
}

TEST_F(Views, WhatCannotBePutInPlaceIsNamed) {
  NEEDS_VIEWS();
  const FunctionGuest guest{config(Files::kKeep), [this](GuestSide&) {
                              put(place_ / "file", "newer");
                              ::usleep(50'000);  // until it is read-only outside
                            }};
  const WardenSettings so{.before =
                              [] {
                                ::unshare(CLONE_NEWNS);
                                ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
                              },
                          .started =
                              [this](pid_t) {
                                const char* place = place_.c_str();
                                ::mount(place, place, nullptr, MS_BIND, nullptr);
                                ::mount(nullptr, place, nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY,
                                        "");
                              }};
  const auto reports = run_cells({guest}, so);
  EXPECT_EQ(reports.at(0).files.failure,
            "'" + (place_ / "file").string() + "': Read-only file system (EROFS)");
  EXPECT_EQ(text_of(place_ / "file"), "old");
}

TEST_F(Views, AViewOfNothingIsAnError) {
  if (!lane_gives("own view of files")) return;
  const auto report =
      run_cell(CellConfig{}.with_files_in({"/no/such/directory"}), [](GuestSide&) {});
  EXPECT_EQ(said(report),
            "cannot view '/no/such/directory' (files_in): No such file or directory (ENOENT); make "
            "it before the run");
  const auto root = run_cell(CellConfig{}.with_files_in({"/"}), [](GuestSide&) {});
  EXPECT_THAT(said(root), testing::StartsWith("cannot view '/' (files_in): "));
}

}  // namespace
}  // namespace cloister
