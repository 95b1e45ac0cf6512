// What few tests do and GoogleTest copes with: huge and odd messages, changed process state, late
// environments, names that a filter cannot say, tests that are registered twice or never run. Run
// plain and in cells, the reports must be the same but for times.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include <cloister/gtest.h>

namespace {

TEST(Messages, Of300Kilobytes) { ADD_FAILURE() << std::string(300'000, 'm'); }
TEST(Messages, TenThousand) {
  for (int i = 0; i < 10'000; ++i) ADD_FAILURE() << i;
}
TEST(Messages, WithInvalidUtf8) { ADD_FAILURE() << "\xff\xfe \xc3\x28 \xed\xa0\x80"; }
TEST(Messages, WithNuls) { ADD_FAILURE() << std::string("a\0b", 3) << "c"; }
TEST(Messages, WithMarkup) { ADD_FAILURE() << "]]> <failure message=\"x\"/> & \x1b[31m \r\n\t"; }
TEST(Messages, Empty) { ADD_FAILURE(); }
TEST(Messages, WithoutAPlace) { ADD_FAILURE_AT("", -1) << "nowhere"; }
TEST(Messages, ThousandsOfProperties) {
  for (int i = 0; i < 2'000; ++i) RecordProperty("key" + std::to_string(i), i);
}

TEST(State, DirectoryLocaleSignalsAndBuffers) {
  ASSERT_EQ(chdir("/usr"), 0);
  setlocale(LC_ALL, "C.UTF-8");
  setlocale(LC_NUMERIC, "C");
  signal(SIGPIPE, SIG_IGN);
  signal(SIGCHLD, SIG_IGN);
  signal(SIGTERM, [](int) {});
  std::cout << "unbuffered from here" << std::endl;
  setvbuf(stdout, nullptr, _IONBF, 0);
  printf("and ");
  std::cout << std::hex << 255;
  printf(" done\n");
  EXPECT_EQ(1, 2);
  setenv("TZ", "Asia/Tokyo", 1);
  for (const int number : {SIGPIPE, SIGCHLD, SIGTERM}) signal(number, SIG_DFL);
}
TEST(State, FlagsOfGoogleTest) {
  GTEST_FLAG_SET(print_time, false);
  GTEST_FLAG_SET(filter, "None");
  GTEST_FLAG_SET(repeat, 7);
  GTEST_FLAG_SET(color, "yes");
  GTEST_FLAG_SET(brief, true);
  GTEST_FLAG_SET(print_time, true);
  GTEST_FLAG_SET(filter, "*");
  GTEST_FLAG_SET(repeat, 1);
  GTEST_FLAG_SET(color, "auto");
  GTEST_FLAG_SET(brief, false);
  EXPECT_TRUE(false) << "after that";
}
TEST(State, SignalsToItself) {
  static volatile sig_atomic_t got = 0;
  signal(SIGUSR1, [](int) { got = 1; });
  raise(SIGUSR1);
  EXPECT_EQ(got, 1);
  EXPECT_EQ(kill(getpid(), 0), 0);
}

TEST(Capture, BothStreamsAroundFailures) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  printf("inside\n");
  fprintf(stderr, "inside, too\n");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "inside\n");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "inside, too\n");
  printf("outside\n");
  EXPECT_NONFATAL_FAILURE(ADD_FAILURE() << "wanted", "wanted");
  EXPECT_FATAL_FAILURE(FAIL() << "wanted", "wanted");
}
TEST(Capture, IntoAFile) {
  char name[] = "/tmp/cloister-unusual-XXXXXX";
  const int file = mkstemp(name);
  ASSERT_GE(file, 0);
  unlink(name);
  fflush(stdout);
  const int own = dup(STDOUT_FILENO);
  dup2(file, STDOUT_FILENO);
  puts("into the file");
  fflush(stdout);
  dup2(own, STDOUT_FILENO);
  close(own);
  EXPECT_EQ(lseek(file, 0, SEEK_END), 14);
  close(file);
  puts("back again");
}

TEST(Children, AssertAndExit) {
  fflush(stdout);
  for (int i = 0; i < 3; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      EXPECT_EQ(1, 2) << "in a child";
      fflush(stdout);
      _exit(testing::Test::HasFailure() ? 7 : 0);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), 7);
  }
}
TEST(Children, OfAShell) { EXPECT_EQ(system("printf 'from a shell\\n'; exit 3") >> 8, 3); }
TEST(Threads, AllAssert) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([] { EXPECT_EQ("same", std::string("text")); });
  for (std::thread& thread : threads) thread.join();
}
TEST(Threads, FailFatally) {
  std::thread([] { FAIL() << "in a thread"; }).join();
  EXPECT_TRUE(HasFatalFailure());
}

// Added while the tests run: GoogleTest tears it down and does not set it up.
class LateWorld : public testing::Environment {
 public:
  void SetUp() override { printf("never set up\n"); }
  void TearDown() override { ADD_FAILURE() << "a late world falls apart"; }
};
class Late : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (getenv("GUEST_LATE_WORLD") != nullptr) testing::AddGlobalTestEnvironment(new LateWorld);
  }
};
TEST_F(Late, Environment) {}

// One suite of two fixtures: an error of GoogleTest's.
}  // namespace
namespace one {
class Mixed : public testing::Test {};
TEST_F(Mixed, First) {}
}  // namespace one
namespace other {
class Mixed : public testing::Test {};
TEST_F(Mixed, Second) {}
TEST_F(Mixed, Third) {}
}  // namespace other
namespace both {
TEST(MixedWithTest, First) {}
class MixedWithTest : public testing::Test {};
TEST_F(MixedWithTest, Second) {}
}  // namespace both
namespace {

class NeverInstantiated : public testing::TestWithParam<int> {};
TEST_P(NeverInstantiated, Runs) {}

class ByHand : public testing::Test {
 public:
  explicit ByHand(std::string text) : text_(std::move(text)) {}

 private:
  void TestBody() override {
    printf("%s\n", text_.c_str());
    EXPECT_EQ(text_.size(), 3U);
  }
  std::string text_;
};

bool register_by_hand() {
  const std::vector<std::string> names = {"twice", "twice", "a*b?", "-minus", "co:lon", "sp ace",
                                          "a.b.c", "\"<&>", "ünï",  "",       "/slash/"};
  for (const std::string& name : names) {
    testing::RegisterTest("Odd: *names?-", name.c_str(), nullptr, name.c_str(), __FILE__, __LINE__,
                          [name]() -> ByHand* { return new ByHand(name); });
  }
  return true;
}
const bool kRegistered = register_by_hand();

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  const int result = cloister::run_all_tests();
  printf("main goes on\n");
  return result;
}
