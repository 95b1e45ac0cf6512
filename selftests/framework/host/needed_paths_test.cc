// Paths as people write them, below a /tmp that cells cover.
#include "framework/host/needed_paths.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "framework/host/cures.h"
#include "framework/host/plan_here.h"
#include "framework/host/probe.h"
#include "selftests/framework/plan/made_up_facts.h"

namespace cloister {
namespace {

namespace fs = std::filesystem;

class Paths : public testing::Test {
 protected:
  Paths() {
    char name[] = "/tmp/cloister-paths-XXXXXX";
    place_ = mkdtemp(name);
    outside_ = place_ + ".outside";
    fs::create_directory(outside_);
    facts_.needed_paths.clear();
    fs::create_directories(place_ + "/deep");
  }
  ~Paths() override {
    fs::remove_all(place_);
    fs::remove_all(outside_);
    for (const auto& name : {"LLVM_PROFILE_FILE", "GCOV_PREFIX", "ASAN_OPTIONS"}) restore(name);
  }
  void set(const char* name, const std::string& value) {
    if (const char* before = getenv(name)) before_.emplace_back(name, before);
    setenv(name, value.c_str(), 1);
  }
  bool needs(const std::string& path) const {
    return std::ranges::find(facts_.needed_paths, path) != facts_.needed_paths.end();
  }
  std::vector<std::string> after(const std::string& text) {
    facts_.needed_paths.clear();
    need_named_in(facts_, text);
    return facts_.needed_paths;
  }

  std::string place_;    // in /tmp
  std::string outside_;  // another one
  HostFacts facts_ = ordinary_host();

 private:
  void restore(const char* name) {
    unsetenv(name);
    for (const auto& [variable, value] : before_) {
      if (variable == name) setenv(name, value.c_str(), 1);
    }
  }
  std::vector<std::pair<std::string, std::string>> before_;
};

TEST_F(Paths, AreTheSameHoweverTheyAreWritten) {
  const std::string below = place_.substr(1);
  for (const std::string& path :
       {place_ + "/deep", "//" + below + "//deep/", "/tmp/../" + below + "/./deep",
        "/usr/../" + below + "/deep/../deep"})
    EXPECT_EQ(way_of(path), std::vector<std::string>{place_ + "/deep"}) << path;
}

TEST_F(Paths, ThroughLinksNameEachLinkAndTheEnd) {
  fs::create_symlink(place_ + "/deep", outside_ + "/in");
  fs::create_symlink("cloister-no-such-thing/../" + fs::path(place_).filename().string() + "/deep",
                     place_ + ".link");
  EXPECT_EQ(way_of(outside_ + "/in/x"),
            (std::vector<std::string>{outside_ + "/in", place_ + "/deep/x"}));
  EXPECT_EQ(way_of(place_ + ".link"),
            (std::vector<std::string>{place_ + ".link", place_ + "/deep"}));
  need(facts_, place_ + ".link");
  EXPECT_TRUE(needs(place_ + ".link") && needs(place_ + "/deep"));
  fs::remove(place_ + ".link");
}

TEST_F(Paths, ThatLeadInCirclesComeToAnEnd) {
  fs::create_symlink("circle", place_ + "/circle");
  EXPECT_FALSE(way_of(place_ + "/circle").empty());
}

TEST_F(Paths, AreFoundInListsAndOptions) {
  const std::vector<std::string> found{place_ + "/deep"};
  const std::string path = place_ + "/deep";
  EXPECT_EQ(after(path), found);
  EXPECT_EQ(after("/usr/lib:" + path), found);
  EXPECT_EQ(after("--data=" + path), found);
  EXPECT_EQ(after("unix:path=" + path + ",guid=0"), found);
  EXPECT_EQ(after("a=1:log_path='" + path + "'"), found);
  EXPECT_EQ(after("file://" + path), found);
}

TEST_F(Paths, WithSpacesAreNamedByAWholeValue) {
  fs::create_directory(place_ + "/a b=c");
  EXPECT_EQ(after(place_ + "/a b=c").front(), place_ + "/a b=c");
}

TEST_F(Paths, ThatAreNotThereOrNotCoveredAreNotNeeded) {
  for (const char* text : {"/tmp", "/tmp/", "/tmp/cloister-no-such-thing/x", "/usr/bin", "tmp/x"})
    EXPECT_EQ(after(text), std::vector<std::string>{}) << text;
}

TEST_F(Paths, OfTheEnvironmentAreNeeded) {
  set("GCOV_PREFIX", place_);
  need_environment(facts_);
  EXPECT_TRUE(needs(place_));
}

TEST_F(Paths, OfInstrumentsAreMadeAsTheseWouldMakeThem) {
  set("LLVM_PROFILE_FILE", place_ + ".llvm/x/%m.profraw");
  set("GCOV_PREFIX", place_ + ".gcov");
  set("ASAN_OPTIONS", "exitcode=3,log_path='" + place_ + ".asan/log':abort_on_error=0");
  need_instruments(facts_, false);
  EXPECT_FALSE(fs::exists(place_ + ".llvm")) << "a doctor changes nothing";
  need_instruments(facts_, true);
  for (const char* kind : {".llvm", ".gcov", ".asan"}) {
    EXPECT_TRUE(fs::exists(place_ + kind)) << kind;
    fs::remove_all(place_ + kind);
  }
  EXPECT_TRUE(facts_.has(Facility::kPrivateTmp));
  EXPECT_TRUE(needs(place_ + ".llvm/x") && needs(place_ + ".gcov") && needs(place_ + ".asan"));
}

TEST_F(Paths, OfInstrumentsInTmpItselfCostThePrivateOneWithACause) {
  set("ASAN_OPTIONS", "log_path=/tmp/../tmp/asan.log");
  need_instruments(facts_, true);
  const Loss* loss = facts_.loss_of(Facility::kPrivateTmp);
  ASSERT_NE(loss, nullptr);
  EXPECT_EQ(loss->why,
            "log_path of ASAN_OPTIONS names files in '/tmp' itself, which would be gone with the "
            "cell");
  EXPECT_EQ(loss->cure, "name a directory below it for them");
}

TEST_F(Paths, AreKeptByTheirWay) {
  fs::create_symlink(place_, outside_ + "/in");
  const auto plan =
      plan_here({.config = CellConfig{}.with_keep_paths({outside_ + "/in", "/usr/bin"})}, facts_);
  ASSERT_TRUE(plan) << plan.error().text();
  for (const SetupStep& step : plan->inside.steps) {
    if (const auto* tmpfs = std::get_if<MountTmpfs>(&step); tmpfs && tmpfs->target == "/tmp") {
      EXPECT_EQ(tmpfs->keep, (std::vector<std::string>{fs::path(outside_).filename(),
                                                       fs::path(place_).filename()}));
    }
  }
}

TEST_F(Paths, ThatCannotBeKeptAreRefusedWithTheCure) {
  const auto refusal = [&](const std::string& path) {
    const auto plan = plan_here({.config = CellConfig{}.with_keep_paths({path})}, facts_);
    return plan ? "" : plan.error().text();
  };
  EXPECT_EQ(refusal("/tmp/cloister-no-such-thing"),
            "cannot keep '/tmp/cloister-no-such-thing' visible (keep_paths): No such file or "
            "directory (ENOENT); make it before the run");
  EXPECT_EQ(refusal("//tmp/."),
            "cannot keep '//tmp/.' visible (keep_paths): it is what a private one covers; name "
            "what lies below it, or set private_tmp to 0");
}

TEST(Demand, IsForAnythingThatADefaultCellHas) {
  const auto plan = plan_here({}, ordinary_host(), "--require");
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().text(),
            "cannot give this test the memory cap that --require demands: no memory controller; "
            "mount one");
  EXPECT_TRUE(plan_here({}, ordinary_host()));
}

TEST(Cures, OfAShortageAreOfWhatRanOut) {
  const HostFacts facts = ordinary_host();
  EXPECT_EQ(cure_for(Facility::kPidNamespace, facts, EAGAIN),
            "raise the limit on processes (ulimit -u, or pids.max of a cgroup)");
  EXPECT_EQ(cure_for(Facility::kNetworkNamespace, facts, ENOSPC),
            "sudo sysctl -w user.max_net_namespaces=15000");
  EXPECT_EQ(cure_for(Facility::kPidNamespace, facts, EPERM),
            cure_for(Facility::kPidNamespace, facts));
}

}  // namespace
}  // namespace cloister
