// What a command sees of the files: binds, tmpfs, other roots, and how far its mounts reach.
#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "selftests/adapters/command/cloister.h"

namespace cloister::selftests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// A directory of the host's with a file in it.
class Files : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(directory_);
    std::ofstream(directory_ + "/psalm") << "psalm\n";
  }
  ~Files() override { fs::remove_all(directory_); }

  // Of the host: what /bin/sh and its libraries are made of.
  static std::vector<std::string> with_system(std::vector<std::string> options) {
    for (const char* path : {"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"}) {
      if (!fs::is_directory(path)) continue;
      options.insert(options.end(), {"--bind", std::string(path) + ":" + path + ":ro"});
    }
    return options;
  }
  const std::string directory_ = scratch("files");
};

using Bind = Files;
using Tmpfs = Files;
using Mounts = Files;
using Root = Files;
using Propagation = Files;

TEST_F(Bind, ShowsTheSourceAtTheTarget) {
  const Ended ended = exec_sh({"--bind", directory_ + ":/mnt"},
                              "cat /mnt/psalm; echo verse > /mnt/verse; ls /usr/bin/env");
  EXPECT_EQ(ended.out, "psalm\n/usr/bin/env\n") << ended.err;
  EXPECT_EQ(content_of(directory_ + "/verse"), "verse\n");
  EXPECT_FALSE(fs::exists("/mnt/psalm"));
}

TEST_F(Bind, ReadOnlyRefusesWrites) {
  const Ended ended = exec_sh({"--bind", directory_ + ":/mnt:ro"}, "echo verse > /mnt/verse");
  EXPECT_NE(ended.status, 0);
  EXPECT_THAT(ended.err, HasSubstr("Read-only file system"));
  EXPECT_FALSE(fs::exists(directory_ + "/verse"));
}

TEST_F(Bind, TakesFilesToo) {
  EXPECT_EQ(exec({"--bind", directory_ + "/psalm:/etc/hostname:ro"}, {"cat", "/etc/hostname"}).out,
            "psalm\n");
}

TEST_F(Bind, MakesTheTargetInTheCellsOwnTmp) {
  const Ended ended =
      exec_sh({"--bind", directory_ + ":/tmp/made/here"}, "cat /tmp/made/here/psalm");
  EXPECT_EQ(ended.out, "psalm\n") << ended.err;
  EXPECT_FALSE(fs::exists("/tmp/made"));
}

TEST_F(Bind, MakesNothingOnTheHost) {
  const Ended ended = exec({"--bind", directory_ + ":/var/no-such-target"}, {"true"});
  EXPECT_EQ(ended.status, 125);
  EXPECT_THAT(ended.err, HasSubstr("cannot bind '" + directory_ +
                                   "' to '/var/no-such-target': No "
                                   "such file or directory (ENOENT)"));
  EXPECT_FALSE(fs::exists("/var/no-such-target"));
}

TEST_F(Tmpfs, IsEmptyAndAsLargeAsAsked) {
  const Ended ended =
      exec_sh({"--tmpfs", "/mnt:4M"}, "ls /mnt; df --output=size /mnt | tail -1 | tr -d ' '");
  EXPECT_EQ(ended.out, "4096\n") << ended.err;
}

// "/mnt" with what is asked for there, in the order given.
TEST_F(Mounts, AreMadeInTheOrderGiven) {
  const std::string bind = directory_ + ":/mnt";
  EXPECT_EQ(exec({"--tmpfs", "/mnt", "--bind", bind}, {"ls", "/mnt"}).out, "psalm\n");
  EXPECT_EQ(exec({"--bind", bind, "--tmpfs", "/mnt"}, {"ls", "/mnt"}).out, "");
  EXPECT_EQ(exec({"--bind", bind, "--tmpfs", "/mnt", "--bind", bind}, {"ls", "/mnt"}).out,
            "psalm\n");
  EXPECT_EQ(exec({"--tmpfs=/mnt", "--bind=" + directory_ + ":/mnt/here"}, {"ls", "/mnt"}).out,
            "here\n");
}

TEST_F(Mounts, AreInThatOrderWithProcToo) {
  const std::string show = "ls /mnt; readlink /mnt/self >/dev/null && echo proc";
  EXPECT_EQ(exec_sh({"--tmpfs", "/mnt", "--mount-proc=/mnt/proc"}, show).out, "proc\n");
  EXPECT_EQ(exec_sh({"--mount-proc=/mnt", "--tmpfs", "/mnt"}, show).out, "");
  EXPECT_THAT(exec_sh({"--tmpfs", "/mnt", "--mount-proc=/mnt"}, show).out,
              testing::EndsWith("\nproc\n"));
}

TEST_F(Mounts, AreExplainedInThatOrder) {
  const std::string plan = exec({"--explain", "--tmpfs", "/mnt:4M", "--bind", directory_ + ":/mnt",
                                 "--mount-proc=/mnt/proc", "--tmpfs", "/srv"},
                                {"true"})
                               .out;
  const std::size_t places[] = {plan.find("mount tmpfs on '/mnt'"), plan.find("to '/mnt'"),
                                plan.find("mount proc on '/mnt/proc'"),
                                plan.find("mount tmpfs on '/srv'")};
  EXPECT_TRUE(std::ranges::is_sorted(places)) << plan;
  EXPECT_NE(std::ranges::max(places), std::string::npos) << plan;
}

TEST_F(Root, MadeOfBindsShowsNothingElse) {
  const Ended ended = exec_sh(with_system({"--new-root", "--bind", directory_ + ":/work/data"}),
                              "pwd; ls /work/data; ls -d /etc /home /root; echo x > /dev/null; "
                              "echo ok > /tmp/x; cat /tmp/x; readlink /proc/self");
  EXPECT_THAT(ended.out, testing::StartsWith("/\npsalm\nok\n")) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("cannot access '/etc'"));
  EXPECT_THAT(ended.err, HasSubstr("cannot access '/home'"));
}

TEST_F(Root, OfTheHostIsUnmounted) {
  const Ended ended = exec_sh(with_system({"--new-root"}), "cut -d' ' -f5 /proc/self/mountinfo");
  EXPECT_THAT(ended.out, HasSubstr("/dev/null\n")) << ended.err;
  EXPECT_EQ(ended.out.find("/sys"), std::string::npos) << ended.out;
}

TEST_F(Root, IsADirectoryOfTheHosts) {
  for (const char* name :
       {"usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "proc", "tmp"}) {
    if (fs::exists(std::string("/") + name)) fs::create_directory(directory_ + "/" + name);
  }
  std::vector<std::string> options = with_system({"--root", directory_});
  const Ended ended = exec_sh(options, "ls -d /psalm /etc; pwd; ls /usr/bin/env");
  EXPECT_EQ(ended.out, "/psalm\n/\n/usr/bin/env\n") << ended.err;
}

TEST_F(Root, LinksInItLeadIntoIt) {
  fs::create_directory_symlink("/psalter", directory_ + "/book");
  fs::create_directory(directory_ + "/psalter");
  for (const char* name :
       {"usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "proc", "tmp"}) {
    if (fs::exists(std::string("/") + name)) fs::create_directory(directory_ + "/" + name);
  }
  std::vector<std::string> options = with_system({"--root", directory_, "--bind", "/etc:/book"});
  EXPECT_EQ(exec_sh(options, "ls -d /psalter/passwd").out, "/psalter/passwd\n");
}

TEST_F(Root, StartsWhereItIsTold) {
  EXPECT_EQ(exec({"--wd", "/usr/bin"}, {"pwd"}).out, "/usr/bin\n");
  EXPECT_EQ(exec(with_system({"--new-root", "--wd", "/usr/lib"}), {"pwd"}).out, "/usr/lib\n");
  const Ended missing = exec({"--wd", "/no/such"}, {"pwd"});
  EXPECT_EQ(missing.status, 125);
  EXPECT_THAT(missing.err, HasSubstr("working directory"));
}

// The field behind the options of "/": "shared:N", "master:N", or nothing.
std::string propagation_of_root(const std::vector<std::string>& options) {
  return exec({options}, {"findmnt", "-n", "-o", "PROPAGATION", "/"}).out;
}

TEST_F(Propagation, IsPrivateUnlessAsked) {
  EXPECT_EQ(propagation_of_root({}), "private\n");
  EXPECT_EQ(propagation_of_root({"--propagation", "private"}), "private\n");
  EXPECT_THAT(propagation_of_root({"--propagation", "shared"}), testing::StartsWith("shared"));
  // What is no slave of anything stays private.
  EXPECT_THAT(propagation_of_root({"--propagation", "slave"}), testing::StartsWith("private"));
}

TEST_F(Propagation, UnchangedNeedsTheUserNamespace) {
  if (geteuid() != 0) {
    EXPECT_EQ(exec({"--propagation", "unchanged"}, {"true"}).status, 0);
    return;
  }
  const Ended ended = exec({"--propagation", "unchanged", "--no-user"}, {"true"});
  EXPECT_EQ(ended.status, 125);
  EXPECT_THAT(ended.err, HasSubstr("choose private, slave or shared"));
}

// Both lie where cells cover nothing but the library, which only the loader knows to be in /tmp.
TEST(Libraries, InTmpAreThereForProgramsThatFindThemByTheirOwnPath) {
  char library[] = "/tmp/cloister-library-XXXXXX";
  char place[] = "/var/tmp/cloister-asking-XXXXXX";
  ASSERT_TRUE(mkdtemp(library) != nullptr && mkdtemp(place) != nullptr);
  namespace fs = std::filesystem;
  fs::copy(tool("libanswering.so"), library);
  fs::copy(tool("asking"), place);
  fs::create_symlink(library, std::string(place) + "/library");
  const Ended ended = exec({}, {std::string(place) + "/asking"});
  EXPECT_EQ(ended.status, 7) << ended.err;
  fs::remove_all(library);
  fs::remove_all(place);
}

// In a directory that is gone, as in one that the user may not enter, nobody can go there by name.
TEST(LostDirectory, IsNamedOnceAndCostsNoCell) {
  const std::string gone = scratch("gone");
  const Ended ended = run({{"sh", "-c", "mkdir \"$0\" && cd \"$0\" && rmdir \"$0\" && exec \"$@\"",
                            gone, tool("cloister"), "exec", "--", "pwd"}});
  EXPECT_EQ(ended.status, 0);
  EXPECT_EQ(ended.out, "/\n");
  EXPECT_THAT(ended.err,
              HasSubstr("cloister: note: tests begin in '/': cannot enter '" + gone +
                        " (deleted)', where the run was started: No such file or directory"));
  EXPECT_THAT(ended.err, Not(HasSubstr("no pid namespace on this host: cannot fork")));
}

}  // namespace
}  // namespace cloister::selftests
