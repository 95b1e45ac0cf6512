#include "framework/kernel/standard_streams.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cloister {
namespace {

constexpr int kStreams[] = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};

// Whether `check` holds in a process in which the streams of that set of bits are closed.
template <typename Check>
bool holds_without(unsigned closed, Check check) {
  const pid_t child = fork();
  if (child == 0) {
    for (const int stream : kStreams) {
      if ((closed >> stream & 1) != 0) close(stream);
    }
    _exit(check() ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status == 0;
}

bool is_null_device(int stream) {
  char letter = 'x';
  return read(stream, &letter, 1) == 0 && write(stream, &letter, 1) == 1;
}

class ClosedStreams : public testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(Every, ClosedStreams, testing::Range(1U, 8U));

TEST_P(ClosedStreams, EndAtOnceAndTakeEverything) {
  EXPECT_TRUE(holds_without(GetParam(), [] {
    bool good = fill_standard_streams().has_value();
    for (const int stream : kStreams)
      good = good && ((GetParam() >> stream & 1) == 0 || is_null_device(stream));
    return good;
  }));
}

TEST_P(ClosedStreams, AreInheritedByWhatIsExecuted) {
  EXPECT_TRUE(holds_without(GetParam(), [] {
    bool good = fill_standard_streams().has_value();
    for (const int stream : kStreams) good = good && fcntl(stream, F_GETFD) == 0;
    return good;
  }));
}

TEST(StandardStreams, ThatAreOpenStayAsTheyAre) {
  EXPECT_TRUE(holds_without(0, [] {
    int pipe_ends[2];
    if (pipe(pipe_ends) != 0 || dup2(pipe_ends[1], STDOUT_FILENO) < 0) return false;
    char letter = 0;
    return fill_standard_streams().has_value() && write(STDOUT_FILENO, "x", 1) == 1 &&
           read(pipe_ends[0], &letter, 1) == 1 && letter == 'x';
  }));
}

TEST(StandardStreams, ThatCannotBeFilledAreAnError) {
  EXPECT_TRUE(holds_without(1U << STDIN_FILENO, [] {
    const rlimit none{0, 0};
    setrlimit(RLIMIT_NOFILE, &none);
    const auto filled = fill_standard_streams();
    return !filled && filled.error().text() ==
                          "cannot open '/dev/null' in the place of a standard stream that is "
                          "closed: Too many open files (EMFILE); start the program with "
                          "descriptors 0, 1 and 2 open";
  }));
}

}  // namespace
}  // namespace cloister
