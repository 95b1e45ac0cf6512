// What tests write in the working directory: each has its own, and what it leaves is there.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <random>
#include <set>

#include "selftests/adapters/command/run/cloister_run.h"
#include "selftests/support/disk_directory.h"
#include "selftests/support/lane.h"

namespace cloister::selftests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class RunFiles : public testing::Test {
 protected:
  Ended run_here(const std::vector<std::string>& words) const {
    Program program = cloister_run(words);
    program.directory = place_;
    return run(program);
  }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(place_))
      names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
  }
  std::string text_of(const std::string& name) const {
    std::ifstream in(place_ / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  const DiskDirectory directory_{"cloister-files-XXXXXX"};
  const fs::path& place_ = directory_.path();
};

TEST_F(RunFiles, ThirtyCollidingPairsAllPassAtSixteenJobsTwentyTimes) {
  if (!lane_gives("own view of files")) return;
  for (int runs = 0; runs < 20; ++runs) {
    const Ended ended = run_here({"-j16", "--filter=Pairs*:Lasting*", tool("tests_colliding")});
    ASSERT_EQ(ended.status, 0) << ended.out << ended.err;
    EXPECT_EQ(names(), std::vector<std::string>{"golden"});
    EXPECT_EQ(text_of("golden"), "made");
  }
}

TEST_F(RunFiles, TheHostsFilesCollide) {
  const Ended ended =
      run_here({"-j16", "--files", "host", "--filter=Pairs*", tool("tests_colliding")});
  EXPECT_EQ(ended.status, 1) << ended.out;
}

TEST_F(RunFiles, OfTheHostPassOneAfterTheOther) {
  const Ended ended =
      run_here({"-j1", "--files", "host", "--filter=Pairs*", tool("tests_colliding")});
  EXPECT_EQ(ended.status, 0) << ended.out;
}

TEST_F(RunFiles, ThatAreDiscardedAreNotThere) {
  if (!lane_gives("own view of files")) return;
  const Ended ended =
      run_here({"--files", "discard", "--filter=Lasting.*", tool("tests_colliding")});
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  EXPECT_EQ(names(), std::vector<std::string>{});
}

TEST_F(RunFiles, OfALinkedProgramDoNotCollideEither) {
  if (!lane_gives("own view of files")) return;
  Program program{{tool("tests_colliding_linked"), "--cloister_jobs=16",
                   "--gtest_filter=Pairs*:Lasting*", "--cloister_ledger=1",
                   "--gtest_output=xml:" + (place_ / "report.xml").string()}};
  program.directory = place_;
  const Ended ended = run(program);
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  EXPECT_EQ(names(), (std::vector<std::string>{"golden", "report.xml"}));
  EXPECT_THAT(text_of("report.xml"),
              HasSubstr("name=\"cloister_files\" value=\"created &apos;" +
                        (place_ / "golden").string() + "&apos; (4 bytes)\""));
}

TEST_F(RunFiles, KeptOnADiskCollideAsLittleAndLeaveNothingThere) {
  if (!lane_gives("own view of files")) return;
  const DiskDirectory store("cloister-store-XXXXXX");
  for (const char* files : {"keep", "discard"}) {
    const Ended ended =
        run_here({"-j16", "--files", files, "--files-in", place_, "--files-store", store.path(),
                  "--filter=Pairs*:Lasting*", tool("tests_colliding")});
    EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
    EXPECT_TRUE(fs::is_empty(store.path())) << files;
    EXPECT_EQ(fs::remove(place_ / "golden"), files == std::string("keep"));
  }
}

TEST_F(RunFiles, KeptOnADiskByARunThatWasKilledAreRemovedByTheNext) {
  if (!lane_gives("own view of files")) return;
  const DiskDirectory store("cloister-store-XXXXXX");
  const std::string pid_namespace = fs::read_symlink("/proc/self/ns/pid");
  const std::string number = pid_namespace.substr(5, pid_namespace.size() - 6);
  // No process has the number of a whole process group's leader that has been waited for.
  const pid_t gone = ::fork();
  if (gone == 0) ::_exit(0);
  ::waitpid(gone, nullptr, 0);
  const std::string begin = store.path() / (".cloister-files-" + number + "-");
  const std::string of_the_dead = begin + std::to_string(gone) + "-0123";
  const std::string of_the_living = begin + std::to_string(::getpid()) + "-0123";
  fs::create_directories(of_the_dead + "/0.work/work");
  fs::permissions(of_the_dead + "/0.work/work", fs::perms::none);
  fs::create_directories(of_the_living);
  const Ended ended = run_here({"--files-in", place_, "--files-store", store.path(),
                                "--filter=Lasting.*", tool("tests_colliding")});
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  EXPECT_FALSE(fs::exists(of_the_dead));
  EXPECT_TRUE(fs::exists(of_the_living));
}

TEST_F(RunFiles, AreNotKeptWithinTheirOwnViews) {
  if (!lane_gives("own view of files")) return;
  const Ended ended = run_here({"--files-in", place_, "--files-store", place_, "--filter=Lasting.*",
                                tool("tests_colliding")});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.out, HasSubstr("(files_store): it lies in '" + place_.string() +
                                   "', of which it has a view; name a directory outside"));
}

constexpr const char* kBothChanged =
    "/large' while both ran, each in its own view; what Four/Large.File/";

TEST_F(RunFiles, AStoreInWhichNothingCanBeMadeIsAnError) {
  if (!lane_gives("own view of files")) return;
  const Ended ended =
      run_here({"--files-store=/proc/self/task", "--filter=Lasting*", tool("tests_colliding")});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.out, testing::ContainsRegex("(make a directory|keep what tests write) in "
                                                "'/proc/[^']*' \\(files_store\\)"));
}

TEST_F(RunFiles, SharingAllThatThereAreViewsOfIsAnError) {
  if (!lane_gives("own view of files")) return;
  for (const std::string shared : {"/", "..", "."}) {
    const Ended ended = run_here({"--files-in=" + place_.string(), "--shared-files=" + shared,
                                  "--filter=Lasting*", tool("tests_colliding")});
    EXPECT_EQ(ended.status, 1) << shared;
    EXPECT_THAT(ended.out, HasSubstr("(shared_files): '" + place_.string() +
                                     "', of which there is a view, lies in it"));
  }
}

TEST_F(RunFiles, ThatTwoChangedAreNotedWithBothTests) {
  if (!lane_gives("own view of files")) return;
  const Ended ended = run_here({"-j4", "--filter=Four*", tool("tests_colliding")});
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("cloister: note: Four/Large.File/"));
  EXPECT_THAT(ended.err, HasSubstr(kBothChanged));
}

TEST_F(RunFiles, ThatTwoChangedAreIgnoredWhereAskedFor) {
  const Ended ended =
      run_here({"-j4", "--file-conflicts=ignore", "--filter=Four*", tool("tests_colliding")});
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  EXPECT_THAT(ended.err, testing::Not(HasSubstr("while both ran")));
}

TEST_F(RunFiles, ThatTwoChangedFailWhereAskedFor) {
  if (!lane_gives("own view of files")) return;
  const Ended by_command =
      run_here({"-j4", "--file-conflicts=fail", "--filter=Four*", tool("tests_colliding")});
  EXPECT_EQ(by_command.status, 1) << by_command.out << by_command.err;
  EXPECT_THAT(by_command.out, HasSubstr(kBothChanged));
  Program linked{{tool("tests_colliding_linked"), "--cloister_jobs=4", "--gtest_filter=Four*",
                  "--cloister_file_conflicts=fail"}};
  linked.directory = place_;
  const Ended ended = run(linked);
  EXPECT_EQ(ended.status, 1) << ended.out << ended.err;
  EXPECT_THAT(ended.out, HasSubstr(kBothChanged));
}

// All of its processes, at some moment of it.
void run_and_kill(const std::vector<std::string>& words, const fs::path& directory,
                  std::chrono::microseconds moment) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    const int null = ::open("/dev/null", O_RDWR);
    for (const int fd : {0, 1, 2}) ::dup2(null, fd);
    if (::chdir(directory.c_str()) != 0) ::_exit(1);
    std::vector<std::string> command = cloister_run(words).command;
    std::vector<char*> arguments;
    arguments.reserve(command.size() + 1);
    for (std::string& word : command) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::execv(arguments[0], arguments.data());
    ::_exit(1);
  }
  ::usleep(static_cast<useconds_t>(moment.count()));
  // Whoever has started others first: a trial cell that dies by itself is a host without cells.
  std::set<pid_t> all;
  for (const std::string& each : descendants()) all.insert(std::stoi(each));
  for (const pid_t each : all) ::kill(each, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  EXPECT_TRUE(holds_within(std::chrono::seconds(5), [] { return descendants().empty(); }));
}

// One step of a replacement gives the new file a name beside the old one. Where the kill comes just
// then, that name is left, with the whole file, until the file is written again. `large.new` is the
// test's.
TEST_F(RunFiles, AreOldOrNewWheneverEveryProcessIsKilled) {
  if (!lane_gives("own view of files")) return;
  adopt_orphans();
  const auto is_whole = [](const std::string& text) {
    return text.size() == std::size_t{1} << 20 &&
           text.find_first_not_of(text.front()) == std::string::npos;
  };
  const std::vector<std::string> words = {"-j4", "--filter=Four*", tool("tests_colliding")};
  std::mt19937 random(20261128);
  std::uniform_int_distribution<int> moment(0, 150'000);
  for (int kills = 0; kills < 100; ++kills) {
    std::ofstream(place_ / "large") << "old";
    run_and_kill(words, place_, std::chrono::microseconds(moment(random)));
    const std::string text = text_of("large");
    EXPECT_TRUE(text == "old" || is_whole(text)) << text.size();
    for (const std::string& name : names()) {
      if (name == "large") continue;
      EXPECT_THAT(name,
                  testing::AnyOf("large.new", ".cloister-put.large", ".cloister-put.large.new"));
      EXPECT_TRUE(is_whole(text_of(name)));
    }
  }
  EXPECT_EQ(run_here(words).status, 0);
  EXPECT_EQ(names(), std::vector<std::string>{"large"});
}

}  // namespace
}  // namespace cloister::selftests
