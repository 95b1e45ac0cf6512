// One of everything that a GoogleTest program can do and report. Run plain and in cells, its
// reports must be the same but for times. Nothing here depends on another test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>

#include <cloister/gtest.h>

namespace {

// Environments, whose misbehaviour the variable GUEST_ENVIRONMENT asks for.
bool environment_should(const char* what) {
  const char* asked = getenv("GUEST_ENVIRONMENT");
  return asked != nullptr && strcmp(asked, what) == 0;
}

class World : public testing::Environment {
 public:
  void SetUp() override {
    printf("world up\n");
    testing::Test::RecordProperty("world", "made");
    if (environment_should("fail")) FAIL() << "no world today";
    if (environment_should("skip")) GTEST_SKIP() << "the world can wait";
    if (environment_should("complain")) ADD_FAILURE() << "a grey day";
  }
  void TearDown() override {
    printf("world down\n");
    if (environment_should("fail_late")) ADD_FAILURE() << "the world fell apart";
  }
};

TEST(Plain, Passes) { EXPECT_EQ(1, 1); }

void expect_a_suite_of_two() {
  EXPECT_EQ(testing::UnitTest::GetInstance()->current_test_suite()->total_test_count(), 2);
}
TEST(SeesItsSuite, First) { expect_a_suite_of_two(); }
TEST(SeesItsSuite, Second) { expect_a_suite_of_two(); }

TEST(Plain, FailsTwice) {
  EXPECT_EQ(1, 2) << "first";
  EXPECT_STREQ("a", "b");
}
TEST(Plain, FailsForGood) {
  ASSERT_TRUE(false) << "fatal";
  printf("never printed\n");
}
TEST(Plain, Skips) { GTEST_SKIP() << "not today"; }
TEST(Plain, SucceedsLoudly) { SUCCEED() << "said so"; }
TEST(Plain, DISABLED_IsDisabled) { FAIL(); }
TEST(Plain, Records) {
  RecordProperty("text", "a<b>&\"c\"");
  RecordProperty("number", 42);
}
TEST(Plain, Traces) {
  SCOPED_TRACE("outer");
  {
    SCOPED_TRACE(testing::Message() << "inner " << 7);
    ADD_FAILURE() << "traced";
  }
  ADD_FAILURE() << "half traced";
}

TEST(Throwing, AStandardException) { throw std::runtime_error("thrown on purpose"); }
TEST(Throwing, SomethingElse) { throw 17; }

TEST(Printing, OnStdoutAroundFailures) {
  printf("one\n");
  EXPECT_TRUE(false);
  std::cout << "two" << std::endl;
  EXPECT_TRUE(false);
  printf("three, without a newline");
}
TEST(Printing, OnStderrToo) {
  fprintf(stderr, "to stderr\n");
  std::cerr << "and again\n";
  EXPECT_EQ("text", std::string("other"));
  fprintf(stderr, "after\n");
}
TEST(Printing, MuchAndUnusual) {
  for (int i = 0; i < 3000; ++i) printf("line %d\n", i);
  fwrite("nul \0 inside\n", 1, 13, stdout);
  printf("bad utf-8 \xff\xfe\n");
  EXPECT_EQ(std::string(3000, 'x'), "y");
  EXPECT_TRUE(false) << "bad utf-8 \xff, a control \x01";
}
TEST(Printing, FromChildren) {
  const int status = system("echo from a child; echo from a child to stderr >&2");
  EXPECT_EQ(status, 0);
}
TEST(Printing, Captured) {
  testing::internal::CaptureStdout();
  printf("captured");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "captured");
}

class Suite : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    printf("suite up\n");
    RecordProperty("suite", "set");
  }
  static void TearDownTestSuite() { printf("suite down\n"); }
  void SetUp() override { printf("set up\n"); }
  void TearDown() override { printf("tear down\n"); }
};
TEST_F(Suite, First) { printf("first\n"); }
TEST_F(Suite, SecondFails) { EXPECT_EQ(2, 3); }

class SuiteThatFails : public testing::Test {
 protected:
  static void SetUpTestSuite() { FAIL() << "no suite today"; }
};
TEST_F(SuiteThatFails, First) {}
TEST_F(SuiteThatFails, Second) {}

class SuiteThatThrows : public testing::Test {
 protected:
  static void SetUpTestSuite() { throw std::runtime_error("no suite"); }
};
TEST_F(SuiteThatThrows, Only) {}

class SuiteThatFailsLate : public testing::Test {
 protected:
  static void TearDownTestSuite() { ADD_FAILURE() << "left a mess"; }
};
TEST_F(SuiteThatFailsLate, First) {}
TEST_F(SuiteThatFailsLate, Second) {}

class FailingSetUp : public testing::Test {
 protected:
  void SetUp() override { FAIL() << "in SetUp"; }
  void TearDown() override { ADD_FAILURE() << "in TearDown"; }
};
TEST_F(FailingSetUp, NeverRuns) { printf("never printed\n"); }

class FailingConstructor : public testing::Test {
 protected:
  FailingConstructor() { ADD_FAILURE() << "in the constructor"; }
  ~FailingConstructor() override { ADD_FAILURE() << "in the destructor"; }
};
TEST_F(FailingConstructor, Runs) { printf("the body\n"); }

class ThrowingTearDown : public testing::Test {
 protected:
  void TearDown() override { throw std::logic_error("in TearDown"); }
};
TEST_F(ThrowingTearDown, Runs) {}

class SkippingSetUp : public testing::Test {
 protected:
  void SetUp() override { GTEST_SKIP() << "from SetUp"; }
};
TEST_F(SkippingSetUp, NeverRuns) { FAIL(); }

class Values : public testing::TestWithParam<int> {};
TEST_P(Values, AreSmall) { EXPECT_LT(GetParam(), 3); }
INSTANTIATE_TEST_SUITE_P(Few, Values, testing::Values(1, 2, 3));
INSTANTIATE_TEST_SUITE_P(Named, Values, testing::Values(1),
                         [](const auto& info) { return "Value" + std::to_string(info.param); });

template <typename T>
class Typed : public testing::Test {};
using Types = testing::Types<int, char>;
TYPED_TEST_SUITE(Typed, Types);
TYPED_TEST(Typed, IsFourBytes) { EXPECT_EQ(sizeof(TypeParam), 4U); }

struct Door {
  virtual ~Door() = default;
  virtual int open(int) = 0;
};
struct MockDoor : Door {
  MOCK_METHOD(int, open, (int), (override));
};
TEST(Mocks, AreSatisfied) {
  MockDoor door;
  EXPECT_CALL(door, open(1)).WillOnce(testing::Return(2));
  EXPECT_EQ(door.open(1), 2);
}
// Found by a static destructor of gmock, and so only where those run.
TEST(Mocks, DISABLED_AreLeaked) {
  auto* door = new MockDoor;
  EXPECT_CALL(*door, open(1)).WillOnce(testing::Return(2));
  door->open(1);
}
TEST(Mocks, AreNotCalled) {
  MockDoor door;
  EXPECT_CALL(door, open(testing::_)).Times(2);
}

TEST(FastDeathTest, Dies) {
  GTEST_FLAG_SET(death_test_style, "fast");
  EXPECT_DEATH(abort(), "");
  EXPECT_EXIT(exit(3), testing::ExitedWithCode(3), "");
}
TEST(FastDeathTest, Lives) {
  GTEST_FLAG_SET(death_test_style, "fast");
  EXPECT_DEATH(std::cerr << "alive\n", "");
}
TEST(ThreadsafeDeathTest, Dies) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        fprintf(stderr, "last words\n");
        abort();
      },
      "last words");
}

TEST(Threads, MayAssert) {
  std::thread([] { EXPECT_EQ(1, 2) << "in a thread"; }).join();
}
TEST(Forking, AChildMayAssertToItself) {
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    EXPECT_EQ(1, 2) << "in a child";
    fflush(stdout);
    _exit(0);
  }
  waitpid(child, nullptr, 0);
}
TEST(State, MayBeChanged) {
  setenv("HOME", "/nowhere", 1);
  ASSERT_EQ(chdir("/"), 0);
  umask(077);
  setlocale(LC_ALL, "C");
  GTEST_FLAG_SET(print_time, false);
}
TEST(Names, Registered) {}
class RegisteredByHand : public testing::Test {
  void TestBody() override {
    EXPECT_STREQ(testing::UnitTest::GetInstance()->current_test_info()->name(), "x");
  }
};
const auto* const kRegistered =
    testing::RegisterTest("By hand", "with *, ?, - and : in it", nullptr, "4", __FILE__, 4711,
                          []() -> testing::Test* { return new RegisteredByHand; });

// Every event of a run, as a user's own listener sees it.
class EventLog : public testing::EmptyTestEventListener {
 public:
  explicit EventLog(const char* path) : path_(path) {}
  void OnTestProgramStart(const testing::UnitTest& u) override {
    file_.open(
        path_);  // not before: the re-executed half of a death test has a listener, but no events
    file_ << std::unitbuf;  // what a forked child inherits in a buffer it would write once more
    file_ << "program " << u.total_test_count() << '\n';
  }
  void OnTestIterationStart(const testing::UnitTest& u, int i) override {
    file_ << "iteration " << i << ' ' << u.test_to_run_count() << '\n';
  }
  void OnEnvironmentsSetUpStart(const testing::UnitTest&) override { file_ << "environments up\n"; }
  void OnEnvironmentsTearDownEnd(const testing::UnitTest&) override {
    file_ << "environments down\n";
  }
  void OnTestSuiteStart(const testing::TestSuite& s) override {
    file_ << "suite " << s.name() << ' ' << s.test_to_run_count() << '\n';
  }
  void OnTestStart(const testing::TestInfo& t) override {
    file_ << "test " << t.test_suite_name() << '.' << t.name() << ' '
          << (t.value_param() ? t.value_param() : "-") << ' '
          << (t.type_param() ? t.type_param() : "-") << ' ' << t.file() << ':' << t.line()
          << (&t == kRegistered ? " registered by hand\n" : "\n");
  }
  void OnTestPartResult(const testing::TestPartResult& r) override {
    if (getpid() != pid_)
      return;  // in a forked child; its descriptor is closed in a cell, and open outside
    file_ << "part " << r.type() << ' ' << (r.file_name() ? r.file_name() : "-") << ':'
          << r.line_number() << ' ' << r.message() << '\n';
  }
  void OnTestEnd(const testing::TestInfo& t) override {
    file_ << "end " << t.result()->Passed() << ' ' << t.result()->total_part_count();
    for (int i = 0; i < t.result()->test_property_count(); ++i) {
      file_ << ' ' << t.result()->GetTestProperty(i).key() << '='
            << t.result()->GetTestProperty(i).value();
    }
    file_ << '\n';
  }
  void OnTestSuiteEnd(const testing::TestSuite& s) override {
    file_ << "suite end " << s.failed_test_count() << ' '
          << s.ad_hoc_test_result().total_part_count() << ' '
          << s.ad_hoc_test_result().test_property_count() << '\n';
  }
  void OnTestIterationEnd(const testing::UnitTest& u, int i) override {
    file_ << "iteration end " << i << ' ' << u.failed_test_count() << ' '
          << u.successful_test_count() << ' ' << u.skipped_test_count() << ' '
          << u.ad_hoc_test_result().total_part_count() << std::endl;
  }
  void OnTestProgramEnd(const testing::UnitTest& u) override {
    file_ << "program end " << u.Passed() << std::endl;
  }

 private:
  const char* path_;
  pid_t pid_ = getpid();
  std::ofstream file_;
};

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  if (getenv("GUEST_ENVIRONMENT") != nullptr) testing::AddGlobalTestEnvironment(new World);
  if (const char* path = getenv("GUEST_EVENT_LOG")) {
    testing::UnitTest::GetInstance()->listeners().Append(new EventLog(path));
  }
  const int result = cloister::run_all_tests();
  printf("main goes on\n");
  return result;
}
