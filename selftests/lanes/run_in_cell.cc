// run_in_cell PROGRAM ARGS...: a program in a cell, as a test that runs programs would have it.
// What it says goes to this one's stdout and stderr. The program beside this one goes first, for
// copies.
#include <gtest/gtest.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include <cloister/gtest.h>

namespace {

namespace fs = std::filesystem;

char** command = nullptr;

CLOISTER_TEST(RunInCell, EndsWithStatusZero,
              cloister::CellConfig{}
                  .with_deadline(std::chrono::minutes(5))
                  .with_notice_after(std::chrono::milliseconds(0)));
TEST(RunInCell, EndsWithStatusZero) {
  const fs::path given = command[0];
  const fs::path beside = fs::read_symlink("/proc/self/exe").parent_path() / given.filename();
  const std::string program = fs::exists(beside) ? beside : given;
  pid_t pid = 0;
  ASSERT_EQ(posix_spawn(&pid, program.c_str(), nullptr, nullptr, command, environ), 0) << program;
  int status = 0;
  ASSERT_EQ(waitpid(pid, &status, 0), pid);
  EXPECT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  command = argv + 1;
  setenv("CLOISTER_LANE", geteuid() == 0 ? "nested_root" : "nested_user", 1);
  int own = 1;
  testing::InitGoogleTest(&own, argv);
  return cloister::run_all_tests();
}
