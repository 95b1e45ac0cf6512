// Suites whose tests are to share a cell, and what each of them does to it. Each test prints the
// process that it runs in.
#include <fenv.h>
#include <gtest/gtest.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <string>
#include <thread>

#include <cloister/gtest.h>

namespace {

using namespace std::chrono_literals;

class Sharing : public testing::Test {
 protected:
  static void SetUpTestSuite() { printf("set up in %d\n", getpid()); }
  static void TearDownTestSuite() { printf("torn down in %d\n", getpid()); }
  Sharing() { printf("process %d\n", getpid()); }
};

class BuildsUp : public Sharing {
 protected:
  static int stones;
};
int BuildsUp::stones = 0;
TEST_F(BuildsUp, First) { EXPECT_EQ(++stones, 1); }
TEST_F(BuildsUp, Second) { EXPECT_EQ(++stones, 2); }
TEST_F(BuildsUp, Third) {
  EXPECT_EQ(++stones, 3);
  RecordProperty("stones", stones);
}
CLOISTER_SUITE(BuildsUp, {.scope = cloister::Scope::kSuite});

class Crashing : public Sharing {};
TEST_F(Crashing, Before) {}
TEST_F(Crashing, Now) { abort(); }
TEST_F(Crashing, After) {}
TEST_F(Crashing, Later) {}

class Hanging : public Sharing {};
TEST_F(Hanging, Now) { pause(); }
TEST_F(Hanging, After) {}

class Slow : public Sharing {};
TEST_F(Slow, First) { std::this_thread::sleep_for(400ms); }
TEST_F(Slow, Second) { std::this_thread::sleep_for(400ms); }
TEST_F(Slow, Third) { std::this_thread::sleep_for(400ms); }

class DiesInSetUp : public Sharing {
 protected:
  static void SetUpTestSuite() { abort(); }
};
TEST_F(DiesInSetUp, First) {}
TEST_F(DiesInSetUp, Second) {}
TEST_F(DiesInSetUp, Third) {}
TEST_F(DiesInSetUp, Fourth) {}

class DiesInTearDown : public Sharing {
 protected:
  static void TearDownTestSuite() { abort(); }
};
TEST_F(DiesInTearDown, First) {}
TEST_F(DiesInTearDown, Last) {}

class Wordy : public Sharing {};
TEST_F(Wordy, First) { printf("%s\n", std::string(600, 'a').c_str()); }
TEST_F(Wordy, TooMuch) { printf("%s\n", std::string(5000, 'b').c_str()); }
TEST_F(Wordy, Last) { printf("%s\n", std::string(600, 'c').c_str()); }

class Closing : public Sharing {};
TEST_F(Closing, Everything) {
  for (int fd = 3; fd < 1024; ++fd) close(fd);
}
TEST_F(Closing, Passes) {}
TEST_F(Closing, Fails) { FAIL() << "after all was closed"; }

class Leaving : public Sharing {};
TEST_F(Leaving, AProcess) { ASSERT_EQ(system("sleep 12345 > /dev/null 2>&1 &"), 0); }
TEST_F(Leaving, Nothing) {}

class Writing : public Sharing {};
TEST_F(Writing, AFileAndFails) {
  std::ofstream("written") << "by the first";
  FAIL();
}
TEST_F(Writing, Reads) {
  std::string text;
  std::getline(std::ifstream("written"), text);
  EXPECT_EQ(text, "by the first");
}

class FloatingPoint : public Sharing {};
TEST_F(FloatingPoint, HasNoFlagsOfOthers) { EXPECT_EQ(fetestexcept(FE_ALL_EXCEPT), 0); }
TEST_F(FloatingPoint, RoundsAsTheProgramSaid) { EXPECT_EQ(fegetround(), FE_TONEAREST); }

TEST(Quiet, Passes) {}
TEST(Quiet, FailsOnPurpose) { FAIL(); }
TEST(Quiet, PassesAsWell) {}
class FailsInSetUp : public testing::Test {
 protected:
  static void SetUpTestSuite() { FAIL(); }
};
TEST_F(FailsInSetUp, NeverRuns) {}

class TearsDown : public testing::Environment {
  void TearDown() override {
    printf("the environment is torn down\n");
    testing::Test::RecordProperty("torn", "down");
    ADD_FAILURE();
    if (std::string(getenv("GUEST_TEAR_DOWN")) == "abort") abort();
  }
};
const auto* const kTearsDown = getenv("GUEST_TEAR_DOWN") == nullptr
                                   ? nullptr
                                   : testing::AddGlobalTestEnvironment(new TearsDown);

void print_lines() {
  for (int i = 0; i < 3000; ++i) {
    const std::string line = "line " + std::to_string(i) + "\n";
    [[maybe_unused]] const ssize_t written = write(STDOUT_FILENO, line.data(), line.size());
    usleep(10);
  }
  _exit(0);
}
// The first starts a child that prints while all others pass; the last waits for it.
class Border : public testing::TestWithParam<int> {};
TEST_P(Border, IsCrossed) {
  if (GetParam() == 0 && fork() == 0) print_lines();
  usleep(1000);
  if (GetParam() == 99) EXPECT_GT(wait(nullptr), 0);
}
INSTANTIATE_TEST_SUITE_P(Borders, Border, testing::Range(0, 100));

class Number : public testing::TestWithParam<int> {};
TEST_P(Number, IsOne) {}
INSTANTIATE_TEST_SUITE_P(Numbers, Number, testing::Range(0, 16000));

class Exiting : public Sharing {};
TEST_F(Exiting, Early) { exit(0); }
TEST_F(Exiting, After) {}

class OtherSettings : public Sharing {};
TEST_F(OtherSettings, First) {}
TEST_F(OtherSettings, Capped) {}
TEST_F(OtherSettings, Third) {}
CLOISTER_TEST(OtherSettings, Capped, {.open_files = 100});

}  // namespace
