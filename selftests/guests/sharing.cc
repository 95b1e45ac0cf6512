// Suites whose tests are to share a cell, and what each of them does to it. Each test prints the
// process that it runs in.
#include <fenv.h>
#include <gtest/gtest.h>
#include <stdio.h>
#include <stdlib.h>
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

class Exiting : public Sharing {};
TEST_F(Exiting, Early) { exit(0); }
TEST_F(Exiting, After) {}

class OtherSettings : public Sharing {};
TEST_F(OtherSettings, First) {}
TEST_F(OtherSettings, Capped) {}
TEST_F(OtherSettings, Third) {}
CLOISTER_TEST(OtherSettings, Capped, {.open_files = 100});

}  // namespace
