// What a program tells `cloister run` of its tests. What has to fail does so in a fork, so that
// this program's own report stays as it is.
#include "adapters/googletest/result_stream.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "framework/report/encode.h"
#include "framework/wire/bytes.h"

namespace cloister::googletest {
namespace {

constexpr char kResultsVariable[] = "CLOISTER_RESULTS_FD";

struct ResultMessage {
  std::string name;
  ResultStream::Result result{};
  std::string words;
  CellReport cell;
};

class ToldResults : public testing::Test {
 protected:
  ToldResults() : pipe_(make_pipe().value()) { ::unsetenv(kResultsVariable); }
  ~ToldResults() override { ::unsetenv(kResultsVariable); }

  // That owns the end that is written to.
  ResultStream stream() {
    ::setenv(kResultsVariable, std::to_string(pipe_.write_end.release()).c_str(), 1);
    return ResultStream::from_environment();
  }
  // By a fork that prints nothing.
  template <typename Tell>
  ResultMessage told_in_fork(Tell tell) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::dup2(Fd(::open("/dev/null", O_WRONLY)).get(), STDOUT_FILENO);
      {
        ResultStream out = stream();
        tell(out);
      }
      ::_exit(0);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    pipe_.write_end.reset();
    return told();
  }
  // To the end of the stream, which is to be that of one message.
  ResultMessage told() {
    const std::string bytes = everything();
    ByteReader message(bytes);
    ByteReader body(message.text());
    ResultMessage told;
    told.name = body.text();
    told.result = static_cast<ResultStream::Result>(body.number<std::uint8_t>());
    told.words = body.text();
    auto cell = decode_report(body.rest());
    EXPECT_TRUE(message.ok() && message.at_end() && body.ok() && cell);
    if (cell) told.cell = std::move(*cell);
    return told;
  }
  std::string everything() {
    std::string bytes;
    char piece[4096];
    for (ssize_t got = 0; (got = ::read(pipe_.read_end.get(), piece, sizeof piece)) > 0;)
      bytes.append(piece, static_cast<std::size_t>(got));
    return bytes;
  }
  static const testing::TestInfo& this_test() {
    return *testing::UnitTest::GetInstance()->current_test_info();
  }

  Pipe pipe_;
};

TEST_F(ToldResults, AreAskedForByAVariable) {
  EXPECT_FALSE(ResultStream::is_asked_for());
  ::setenv(kResultsVariable, "3", 1);
  EXPECT_TRUE(ResultStream::is_asked_for());
}

TEST_F(ToldResults, GoToTheDescriptorThatItNames) {
  const int number = pipe_.write_end.get();
  EXPECT_EQ(stream().descriptor(), number);
}

TEST_F(ToldResults, AreNotToBeToldByWhatTestsStart) {
  const ResultStream out = stream();
  EXPECT_EQ(::getenv(kResultsVariable), nullptr);
  EXPECT_EQ(::fcntl(out.descriptor(), F_GETFD), FD_CLOEXEC);
}

TEST_F(ToldResults, GoNowhereWithoutTheVariable) {
  EXPECT_EQ(ResultStream::from_environment().descriptor(), -1);
}

TEST_F(ToldResults, GoNowhereWhereItIsNoNumber) {
  ::setenv(kResultsVariable, "three", 1);
  EXPECT_EQ(ResultStream::from_environment().descriptor(), -1);
  EXPECT_EQ(::getenv(kResultsVariable), nullptr);
}

TEST_F(ToldResults, HaveTheTestThatHasPassedAndItsCell) {
  CellReport cell;
  cell.id = 7;
  stream().put(this_test(), cell, {});
  const ResultMessage one = told();
  EXPECT_EQ(one.name, "ToldResults.HaveTheTestThatHasPassedAndItsCell");
  EXPECT_EQ(one.result, ResultStream::Result::kPassed);
  EXPECT_EQ(one.words, "");
  EXPECT_EQ(one.cell.id, 7U);
}

TEST_F(ToldResults, HaveNotesAsLinesOfTheirOwn) {
  stream().put(this_test(), {}, {"one", "two"});
  EXPECT_EQ(told().words, "cloister: note: one\ncloister: note: two\n");
}

TEST_F(ToldResults, HaveTheFailuresOfATestWithTheirPlaces) {
  const int line = __LINE__ + 2;
  const ResultMessage one = told_in_fork([](ResultStream& out) {
    ADD_FAILURE() << "gone";
    out.put(this_test(), {}, {"and why"});
  });
  EXPECT_EQ(one.result, ResultStream::Result::kFailed);
  EXPECT_EQ(one.words, std::string(__FILE__) + ":" + std::to_string(line) +
                           ": Failed\ngone\ncloister: note: and why\n");
}

TEST_F(ToldResults, HaveFailuresWithoutAPlaceToo) {
  const ResultMessage one = told_in_fork([](ResultStream& out) {
    ADD_FAILURE_AT("", -1) << "gone";
    out.put(this_test(), {}, {});
  });
  EXPECT_EQ(one.words, "Failed\ngone\n");
}

TEST_F(ToldResults, HaveWhyATestWasSkipped) {
  const ResultMessage one = told_in_fork([](ResultStream& out) {
    [] { GTEST_SKIP() << "no network"; }();
    out.put(this_test(), {}, {});
  });
  EXPECT_EQ(one.result, ResultStream::Result::kSkipped);
  EXPECT_THAT(one.words, testing::HasSubstr("no network\n"));
}

TEST_F(ToldResults, HaveATestThatHasNotBegun) {
  {
    ResultStream out = stream();
    out.begin({&this_test()});
    out.put_not_begun();
  }
  const ResultMessage one = told();
  EXPECT_EQ(one.name, "ToldResults.HaveATestThatHasNotBegun");
  EXPECT_EQ(one.result, ResultStream::Result::kNotBegun);
}

TEST_F(ToldResults, HaveATestThatHasBegunOnce) {
  {
    ResultStream out = stream();
    out.begin({&this_test()});
    out.put(this_test(), {}, {});
    out.put_not_begun();
  }
  EXPECT_EQ(told().result, ResultStream::Result::kPassed);
}

TEST_F(ToldResults, HaveTheFailuresOfASuite) {
  const ResultMessage one = told_in_fork([](ResultStream& out) {
    ADD_FAILURE() << "gone";
    out.put_beside(*this_test().result(), testing::UnitTest::GetInstance()->current_test_suite());
  });
  EXPECT_EQ(one.name, "");
  EXPECT_EQ(one.result, ResultStream::Result::kBeside);
  EXPECT_THAT(one.words,
              testing::StartsWith("ToldResults: SetUpTestSuite or TearDownTestSuite:\n"));
  EXPECT_THAT(one.words, testing::EndsWith("gone\n"));
}

TEST_F(ToldResults, HaveTheFailuresOutsideOfAllSuites) {
  const ResultMessage one = told_in_fork([](ResultStream& out) {
    ADD_FAILURE() << "gone";
    out.put_beside(*this_test().result(), nullptr);
  });
  EXPECT_THAT(one.words, testing::StartsWith("outside of all suites:\n"));
}

TEST_F(ToldResults, HaveNothingOfASuiteThatHasNotFailed) {
  stream().put_beside(*this_test().result(), nullptr);
  EXPECT_EQ(everything(), "");
}

}  // namespace
}  // namespace cloister::googletest
