// What a signal to the keeper makes of the run: a report of what is known, then an end by that
// signal; or a pause.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "selftests/support/guests.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {
namespace {

using namespace std::chrono_literals;

// A run whose output goes to files, so that it can be looked at while it lasts.
class BackgroundRun {
 public:
  BackgroundRun(const std::string& program, std::vector<std::string> flags, bool ignores = false)
      : directory_(testing::TempDir() + "interrupted." + std::to_string(getpid())) {
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directory(directory_);
    flags.insert(flags.begin(), program);
    flags.push_back("--gtest_output=xml:" + file("report.xml"));
    std::vector<char*> argv;
    for (std::string& word : flags) argv.push_back(word.data());
    argv.push_back(nullptr);
    for (const char* name : {"out", "err"}) std::ofstream(file(name)).flush();
    pid_ = fork();
    if (pid_ != 0) return;
    signal(SIGINT, ignores ? SIG_IGN : SIG_DFL);
    setpgid(0, 0);
    for (const auto& [name, stream] : {std::pair("out", 1), std::pair("err", 2)}) {
      if (dup2(open(file(name).c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600), stream) < 0)
        _exit(126);
    }
    execv(argv[0], argv.data());
    _exit(127);
  }
  BackgroundRun(const BackgroundRun&) = delete;
  BackgroundRun& operator=(const BackgroundRun&) = delete;
  ~BackgroundRun() {
    if (pid_ > 0) kill(pid_, SIGKILL);
    wait();
    std::filesystem::remove_all(directory_);
  }

  pid_t pid() const { return pid_; }
  std::string text(const char* name) const { return content_of(file(name)); }
  // Until that many guests of this kind, and what they fork, are there.
  void wait_for_processes(const std::string& name, std::size_t count) const {
    std::size_t found = 0;
    holds_within(20s, [&] { return (found = descendants(name).size()) >= count; });
    EXPECT_GE(found, count);
  }
  void wait_for_output(const std::string& wanted) const {
    EXPECT_TRUE(holds_within(20s, [&] { return text("out").find(wanted) != std::string::npos; }));
  }
  int wait() {
    int status = -1;
    if (pid_ > 0) waitpid(pid_, &status, 0);
    pid_ = -1;
    return status;
  }
  // The whole process group, as a terminal's stop key does.
  void stop() const {
    kill(-pid_, SIGTSTP);
    int status = 0;
    waitpid(pid_, &status, WUNTRACED);
    EXPECT_TRUE(WIFSTOPPED(status));
    EXPECT_EQ(WSTOPSIG(status), SIGTSTP);
  }

 private:
  std::string file(const char* name) const { return directory_ + "/" + name; }
  std::string directory_;
  pid_t pid_ = -1;
};

constexpr std::size_t kTwoGuests = 2 + 2 * 2;  // keeper, warden, two guests and their children
const char* const kProgram = "guest_waiting";

class Interrupted : public testing::TestWithParam<int> {};
TEST_P(Interrupted, RunSaysWhatWasRunningAndReportsWhatIsKnown) {
  BackgroundRun run(guest("waiting"), {"--cloister_jobs=1", "--gtest_also_run_disabled_tests",
                                       "--gtest_filter=*AtOnce:Many/*"});
  run.wait_for_output("OK ] DISABLED_Passes.AtOnce");
  run.wait_for_processes(kProgram, 4);
  kill(run.pid(), GetParam());
  const int status = run.wait();
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), GetParam());
  const std::string signal = std::string("SIG") + sigabbrev_np(GetParam());
  const std::string said = run.text("err");
  EXPECT_NE(said.find("cloister: interrupted by " + signal + " while these were running:\n" +
                      "  Many/Waits.WithAChild/0 ("),
            std::string::npos)
      << said;
  EXPECT_NE(said.find("cloister: 3 tests were not run\n"), std::string::npos) << said;
  const std::string out = run.text("out");
  EXPECT_NE(out.find("[  PASSED  ] 1 test.\n[  FAILED  ] 1 test, listed below:"), std::string::npos)
      << out;
  EXPECT_NE(out.find("cloister: Many/Waits.WithAChild/0 was running when the run was interrupted"),
            std::string::npos);
  EXPECT_EQ(out.find("WithAChild/1"), std::string::npos);
  const std::string xml = run.text("report.xml");
  EXPECT_NE(xml.find("tests=\"5\" failures=\"1\""), std::string::npos) << xml;
  EXPECT_NE(xml.find("name=\"WithAChild/3\" value_param=\"3\" file"), std::string::npos);
  EXPECT_NE(xml.find("status=\"notrun\""), std::string::npos);
}
INSTANTIATE_TEST_SUITE_P(By, Interrupted, testing::Values(SIGINT, SIGTERM, SIGHUP));

TEST(Interruption, OfARepeatedRunIsItsEnd) {
  BackgroundRun run(guest("waiting"), {"--cloister_jobs=2", "--gtest_repeat=3"});
  run.wait_for_processes(kProgram, kTwoGuests);
  kill(run.pid(), SIGINT);
  EXPECT_EQ(WTERMSIG(run.wait()), SIGINT);
  EXPECT_EQ(run.text("out").find("iteration 2"), std::string::npos);
}

// As timeout(1) does: to the program, then to its process group.
TEST(Interruption, ThatComesTwiceAtOnceIsOne) {
  BackgroundRun run(guest("waiting"), {"--cloister_jobs=2"});
  run.wait_for_processes(kProgram, kTwoGuests);
  kill(run.pid(), SIGTERM);
  std::this_thread::sleep_for(5ms);
  kill(run.pid(), SIGTERM);
  EXPECT_EQ(WTERMSIG(run.wait()), SIGTERM);
  EXPECT_NE(run.text("err").find("cloister: interrupted by SIGTERM while"), std::string::npos);
}

// The warden and its guests, so that no report comes.
void stop_all_but(pid_t keeper) {
  for (const pid_t pid : descendants(kProgram)) {
    if (pid != keeper) kill(pid, SIGSTOP);
  }
}

TEST(Interruption, ThatComesAgainEndsTheRunAtOnce) {
  BackgroundRun run(guest("waiting"), {"--cloister_jobs=2"});
  run.wait_for_processes(kProgram, kTwoGuests);
  stop_all_but(run.pid());
  kill(run.pid(), SIGTERM);
  std::this_thread::sleep_for(200ms);
  EXPECT_EQ(waitpid(run.pid(), nullptr, WNOHANG), 0) << "it waits for what its tests report";
  kill(run.pid(), SIGTERM);
  EXPECT_EQ(WTERMSIG(run.wait()), SIGTERM);
  EXPECT_EQ(run.text("err").find("interrupted"), std::string::npos);
  EXPECT_TRUE(holds_within(2s, [] { return descendants(kProgram).empty(); }))
      << "what was stopped ends soon after its keeper";
}

TEST(Interruption, WaitsForASilentWardenForABoundedTime) {
  BackgroundRun run(guest("waiting"), {"--cloister_jobs=1", "--gtest_also_run_disabled_tests",
                                       "--gtest_filter=*AtOnce:Many/*"});
  run.wait_for_output("OK ] DISABLED_Passes.AtOnce");
  run.wait_for_processes(kProgram, 4);
  stop_all_but(run.pid());
  kill(run.pid(), SIGTERM);
  EXPECT_EQ(WTERMSIG(run.wait()), SIGTERM);
  EXPECT_NE(run.text("err").find(
                "cloister: interrupted by SIGTERM while it is not known what was running: the "
                "warden, which runs the tests, said nothing for 15 s and was killed\n"
                "cloister: 4 tests were not run\n"),
            std::string::npos)
      << run.text("err");
  EXPECT_NE(run.text("report.xml").find("tests=\"5\" failures=\"0\""), std::string::npos);
}

TEST(Interruption, ThatTheProgramIgnoresIsIgnored) {
  BackgroundRun run(guest("waiting"),
                    {"--gtest_also_run_disabled_tests", "--gtest_filter=*AfterASecond*"}, true);
  run.wait_for_processes(kProgram, 3);
  kill(run.pid(), SIGINT);
  EXPECT_EQ(run.wait(), 0);
}

TEST(StoppedRun, HasItsDeadlinesStoppedUntilItGoesOn) {
  BackgroundRun run(guest("waiting"),
                    {"--gtest_also_run_disabled_tests", "--gtest_filter=*AfterASecond*",
                     "--cloister_deadline=5s", "--cloister_jobs=auto"});
  run.wait_for_processes(kProgram, 3);
  run.stop();
  std::this_thread::sleep_for(6s);
  EXPECT_EQ(run.text("out").find("OK"), std::string::npos);
  kill(run.pid(), SIGCONT);
  EXPECT_EQ(run.wait(), 0) << run.text("out") << run.text("err");
}

TEST(StoppedRun, CanBeInterruptedWhenItGoesOn) {
  BackgroundRun run(guest("waiting"), {"--cloister_jobs=2"});
  run.wait_for_processes(kProgram, kTwoGuests);
  run.stop();
  kill(run.pid(), SIGINT);
  kill(run.pid(), SIGCONT);
  EXPECT_EQ(WTERMSIG(run.wait()), SIGINT);
  EXPECT_NE(run.text("err").find("interrupted by SIGINT while these were running"),
            std::string::npos);
}

}  // namespace
}  // namespace cloister::selftests
