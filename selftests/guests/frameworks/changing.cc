// Tests that change the files that are there when they begin, each in one way. They begin in a
// directory that selftests/adapters/command/run/changes_test.cc makes.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <tuple>

namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& name) {
  std::ifstream file(name);
  return {std::istreambuf_iterator<char>(file), {}};
}
void put(const fs::path& name, const char* text) { std::ofstream(name) << text; }

TEST(Changes, RemovesAFile) { EXPECT_TRUE(fs::remove("old")); }

TEST(Changes, RenamesAFile) { fs::rename("old", "older"); }

TEST(Changes, RenamesAFileIntoAnotherDirectory) { fs::rename("data/words", "results/words"); }

TEST(Changes, GivesAFileASecondName) {
  fs::create_hard_link("data/words", "results/linked");
  EXPECT_EQ(text_of("results/linked"), "words");
}

TEST(Changes, TruncatesAFile) {
  const int file = ::open("old", O_WRONLY | O_TRUNC);
  ASSERT_GE(file, 0);
  ::close(file);
}

TEST(Changes, AddsToAFile) { std::ofstream("log", std::ios::app) << "second\n"; }

TEST(Changes, ReplacesAFile) {
  put("log.part", "all new");
  fs::rename("log.part", "log");
}

TEST(Changes, SwapsTwoFiles) {
  ASSERT_EQ(::syscall(SYS_renameat2, AT_FDCWD, "old", AT_FDCWD, "log", 2 /* RENAME_EXCHANGE */), 0);
  EXPECT_EQ(text_of("log"), "old");
}

TEST(Changes, WritesThroughAMapping) {
  const int file = ::open("data/words", O_RDWR);
  ASSERT_GE(file, 0);
  void* memory = ::mmap(nullptr, 5, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  ASSERT_NE(memory, MAP_FAILED);
  *static_cast<char*>(memory) = 'W';
  ::munmap(memory, 5);
  ::close(file);
  EXPECT_EQ(text_of("data/words"), "Words");
}

TEST(Changes, RemovesADirectory) { EXPECT_EQ(fs::remove_all("tree"), 4U); }

TEST(Changes, MakesADirectoryAnew) {
  fs::remove_all("tree");
  fs::create_directories("tree/deep");
  put("tree/deep/new", "new");
}

TEST(Changes, RemovesAnEmptyDirectory) { EXPECT_TRUE(fs::remove("empty")); }

TEST(Changes, RemovesTheDirectoryThatItIsIn) {
  fs::current_path("empty");
  ASSERT_EQ(::rmdir("../empty"), 0);
  EXPECT_EQ(::open("new", O_CREAT | O_WRONLY, 0600), -1);
  std::error_code gone;
  std::ignore = fs::current_path(gone);
  EXPECT_EQ(gone, std::errc::no_such_file_or_directory);
}

TEST(Changes, MakesWhatIsThereAlready) {
  EXPECT_FALSE(fs::create_directories("tree/branch"));
  put("tree/branch/new", "new");
  EXPECT_EQ(text_of("tree/branch/leaf"), "leaf");
}

TEST(Changes, WritesToADirectoryThatItReads) {
  put("data/new", "new");
  EXPECT_EQ(std::distance(fs::directory_iterator("data"), fs::directory_iterator()), 3);
  put("above", "above");
}

TEST(Changes, ListsWhereItIs) {
  put("new", "new");
  EXPECT_GT(std::distance(fs::directory_iterator("."), fs::directory_iterator()), 5);
}

TEST(Changes, WritesThroughALink) {
  put("latest", "latest");
  EXPECT_EQ(text_of("results/real"), "latest");
}

TEST(Changes, WritesThroughALinkToNothing) { put("dangling", "no more"); }

TEST(Changes, ReadsALink) {
  EXPECT_EQ(fs::read_symlink("latest"), "results/real");
  EXPECT_EQ(text_of("latest"), "real");
  EXPECT_EQ(fs::canonical("latest"), fs::canonical("results/real"));
}

TEST(Changes, ReplacesALink) {
  fs::create_symlink("data/words", "next");
  fs::rename("next", "latest");
  EXPECT_EQ(text_of("latest"), "words");
}

TEST(Changes, RemovesALink) { EXPECT_TRUE(fs::remove("latest")); }

TEST(Changes, RemovesALinkToNothing) { EXPECT_TRUE(fs::remove("dangling")); }

TEST(Changes, GoesThroughALinkToADirectory) {
  EXPECT_EQ(text_of("linked/words"), "words");
  put("linked/new", "new");
}

TEST(Changes, TheModeOfAFile) { ASSERT_EQ(::chmod("old", 0640), 0); }

TEST(Changes, TheTimeOfAFile) {
  fs::last_write_time("old", fs::last_write_time("old") - std::chrono::hours(1));
}

TEST(Changes, HoldsALockFile) {
  const int lock = ::open("lock", O_CREAT | O_EXCL | O_RDWR, 0600);
  ASSERT_GE(lock, 0);
  EXPECT_EQ(::flock(lock, LOCK_EX | LOCK_NB), 0);
  EXPECT_EQ(::open("lock", O_CREAT | O_EXCL | O_RDWR, 0600), -1);
  ::close(lock);
  ::unlink("lock");
}

TEST(Changes, NamesAFileThatHadNone) {
  const int file = ::open("results", O_TMPFILE | O_RDWR, 0600);
  ASSERT_GE(file, 0);
  ASSERT_EQ(::write(file, "named", 5), 5);
  const std::string self = "/proc/self/fd/" + std::to_string(file);
  ASSERT_EQ(::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, "results/named", AT_SYMLINK_FOLLOW), 0);
  ::close(file);
}

TEST(Changes, MakesAFifo) { ASSERT_EQ(::mkfifo("results/fifo", 0600), 0); }

TEST(Changes, TakesALockByALink) {
  put("lock.own", "1");
  EXPECT_EQ(::link("lock.own", "old"), -1);
  EXPECT_EQ(errno, EEXIST);
  EXPECT_EQ(::syscall(SYS_renameat2, AT_FDCWD, "lock.own", AT_FDCWD, "log", 1 /* NOREPLACE */), -1);
  EXPECT_EQ(errno, EEXIST);
  ::unlink("lock.own");
}

TEST(Changes, TheAttributesOfAFile) {
  char value = 0;
  EXPECT_EQ(::getxattr("old", "user.before", &value, 1), 1);
  ASSERT_EQ(::setxattr("old", "user.new", "n", 1, 0), 0);
  ASSERT_EQ(::removexattr("old", "user.before"), 0);
}

TEST(Changes, LooksAtAttributesAlone) {
  char names[64];
  EXPECT_GT(::listxattr("old", names, sizeof names), 0);
}

TEST(Changes, WatchesAFile) {
  const int watch = ::inotify_init1(0);
  ASSERT_GE(::inotify_add_watch(watch, "log", IN_ALL_EVENTS), 0);
  put("log", "anew");
  char event[512];
  EXPECT_GT(::read(watch, event, sizeof event), 0);
  ::close(watch);
}

TEST(Changes, TheModeOfAnOpenFile) {
  const int file = ::open("old", O_RDONLY);
  ASSERT_EQ(::fchmod(file, 0611), 0);
  const timespec times[2] = {{7, 0}, {7, 0}};
  EXPECT_EQ(::futimens(file, times), 0);
  ::close(file);
}

TEST(Changes, GoesUpFromALinkToADirectory) { EXPECT_EQ(text_of("linked/../old"), "old"); }

TEST(Changes, GoesUpFromADirectory) { EXPECT_EQ(text_of("tree/branch/../top"), "top"); }

TEST(Changes, ReadsByProc) { EXPECT_EQ(text_of("/proc/self/cwd/data/words"), "words"); }

TEST(Changes, TakesAFileForADirectory) {
  EXPECT_EQ(::open("old/x", O_RDONLY), -1);
  EXPECT_EQ(errno, ENOTDIR);
}

TEST(Changes, OpensALinkToItself) {
  EXPECT_EQ(::open("loop", O_RDONLY), -1);
  EXPECT_EQ(errno, ELOOP);
}

TEST(Changes, ExecutesAScript) { EXPECT_EQ(WEXITSTATUS(::system("./script")), 7); }

TEST(Changes, MakesAProgramThatIsAnother) {
  put("program", "x");
  ASSERT_EQ(::chmod("program", 04711), 0);
}

TEST(Changes, ListsADirectoryAndTakesAFileOutOfIt) {
  EXPECT_EQ(std::distance(fs::directory_iterator("data"), fs::directory_iterator()), 2);
  fs::rename("data/words", "words");
  EXPECT_EQ(text_of("data/more"), "more");
}

TEST(Changes, FillsAHole) {
  const int file = ::open("holes", O_WRONLY);
  ASSERT_EQ(::pwrite(file, "x", 1, 1 << 20), 1);
  ::close(file);
}

TEST(Changes, UsesATemporaryFileHere) {
  char name[] = "tmp-XXXXXX";
  const int file = ::mkstemp(name);
  ASSERT_GE(file, 0);
  ::close(file);
  ::unlink(name);
}

}  // namespace
