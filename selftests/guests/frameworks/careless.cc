// A GoogleTest binary whose tests treat what a runner gives them without care. It prints what no
// XML can hold, too.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

namespace {

constexpr char kPrecious[] = "precious data\n";

void close_all_from(unsigned first) { syscall(SYS_close_range, first, ~0U, 0U); }

// As a service does that becomes a daemon, and then opens its files.
TEST(Careless, ClosesAllAndOpensItsData) {
  close_all_from(3);
  const std::string name = "/tmp/careless-data";
  const int first = open(name.c_str(), O_RDWR | O_CREAT, 0600);
  for (int i = 0; i < 20; ++i) ASSERT_GE(dup(first), 0);
  ASSERT_EQ(pwrite(first, kPrecious, sizeof kPrecious - 1, 0),
            static_cast<ssize_t>(sizeof kPrecious - 1));
  atexit([] {
    char back[64] = {};
    const int fd = open("/tmp/careless-data", O_RDONLY);
    if (read(fd, back, sizeof back - 1) < 0 || std::string(back) != kPrecious) _exit(9);
    unlink("/tmp/careless-data");
  });
}

TEST(Careless, ClosesEverything) { close_all_from(0); }

TEST(Careless, MayOpenNothingMore) {
  const rlimit none{0, 0};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
}

TEST(Careless, MayWriteNothingMore) {
  const rlimit none{0, 0};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &none), 0);
}

TEST(Careless, MayWriteALittle) {
  const rlimit little{100, 100};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &little), 0);
}

TEST(Careless, IsAnotherUser) {
  if (setgid(1000) != 0 || setuid(1000) != 0) GTEST_SKIP() << "only root can";
}

TEST(Careless, HasAnotherRoot) {
  if (chroot("/var/tmp") != 0) GTEST_SKIP() << "only root can";
}

TEST(Careless, FillsTmp) {
  const int fd = open("/tmp/careless-fill", O_CREAT | O_WRONLY, 0600);
  const std::string mebibyte(1 << 20, 'x');
  while (write(fd, mebibyte.data(), mebibyte.size()) > 0) {
  }
}

TEST(Careless, EmptiesTmp) { EXPECT_EQ(system("rm -rf /tmp/* 2>/dev/null; true"), 0); }

TEST(Careless, LeavesNothing) {}

TEST(Careless, ChildInheritsOnlyThree) {
  int pipes[2];
  ASSERT_EQ(pipe2(pipes, O_CLOEXEC), 0);
  if (fork() == 0) {
    dup2(pipes[1], 1);
    execlp("ls", "ls", "/proc/self/fd", nullptr);
    _exit(9);
  }
  close(pipes[1]);
  std::string all;
  char buffer[512];
  for (ssize_t got = 0; (got = read(pipes[0], buffer, sizeof buffer)) > 0;)
    all.append(buffer, static_cast<std::size_t>(got));
  wait(nullptr);
  EXPECT_EQ(all, "0\n1\n2\n3\n");  // the last is ls's own
}

TEST(Prints, WhatXmlCannotHold) {
  for (const char* text :
       {"\xEF\xBF\xBE", "\xEF\xBF\xBF", "\xED\xA0\x80", "\xC0\xAF", "\xE0\x80\xAF",
        "\xF0\x80\x80\xAF", "\xF4\x90\x80\x80", "\xF8\x88\x80\x80", "\xFF", "\x01", "\x1B[0m",
        "]]>", "<&\"'>", "\xC3", "\xE2\x82"})
    printf("%s|", text);
  printf("\n");
  // Every beginning of a character, and ends of it that are at a border of what XML takes.
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      printf("%c%c|", first, second);
      if (first < 0xE0) continue;
      for (const char* rest : {"\x80", "\xBD", "\xBE", "\xBF", "\x80\x80", "\xBF\xBE", "\xBF\xBF"})
        printf("%c%c%s|", first, second, rest);
    }
  }
  FAIL() << "\xEF\xBF\xBE and \xED\xA0\x80 and \x02";
}

}  // namespace
