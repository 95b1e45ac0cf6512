// What a host gives, as a value: hosts that are made up.
#include "framework/facts/facts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace cloister {
namespace {

using Names = std::vector<std::string>;

TEST(Facility, HasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (const FacilityInfo& info : facilities()) names.insert(info.name);
  EXPECT_EQ(names.size(), facilities().size());
}

TEST(Facility, IsFoundByItself) {
  for (const FacilityInfo& info : facilities()) EXPECT_EQ(&info_of(info.facility), &info);
}

TEST(Facility, NeedsThoseThatAreTriedBeforeIt) {
  for (const FacilityInfo& info : facilities()) {
    for (const Facility needed : info.needs) EXPECT_LT(needed, info.facility) << info.name;
  }
}

TEST(Facility, IsOfADefaultCellUpToTheCapsThatAreAskedFor) {
  EXPECT_TRUE(is_default(Facility::kUserNamespace));
  EXPECT_TRUE(is_default(Facility::kProcessCap));
  EXPECT_FALSE(is_default(Facility::kSoftMemoryCap));
  EXPECT_FALSE(is_default(Facility::kAudit));
}

TEST(Facility, ThatIsABackstopIsOfADefaultCell) {
  Names backstops;
  for (const FacilityInfo& info : facilities()) {
    const Facility facility = info.facility;
    if (!is_backstop(facility)) continue;
    backstops.emplace_back(facility_name(facility));
    EXPECT_TRUE(is_default(facility));
  }
  EXPECT_EQ(backstops, (Names{"memory cap", "process cap"}));
}

TEST(Controller, HasTheNameThatTheKernelGivesIt) {
  Names first;
  Names second;
  for (const auto& [controller, in_v1, in_v2] : kControllers) {
    first.emplace_back(controller_name(controller, CgroupVersion::kV1));
    second.emplace_back(controller_name(controller, CgroupVersion::kV2));
  }
  EXPECT_EQ(first, (Names{"memory", "pids", "cpu", "cpuset", "blkio", "cpuacct"}));
  EXPECT_EQ(second, (Names{"memory", "pids", "cpu", "cpuset", "io", "cpuacct"}));
}

TEST(MadeUpHost, HasWhatItHasNotLost) {
  HostFacts facts;
  EXPECT_TRUE(facts.has(Facility::kHostname));
  facts.losses = {{Facility::kHostname, "why", "cure"}};
  EXPECT_FALSE(facts.has(Facility::kHostname));
  EXPECT_TRUE(facts.has(Facility::kPrivateProc));
}

TEST(MadeUpHost, SaysWhyItHasLostIt) {
  HostFacts facts;
  facts.losses = {{Facility::kPrivateProc, "other", ""}, {Facility::kHostname, "why", "cure"}};
  const Loss* loss = facts.loss_of(Facility::kHostname);
  ASSERT_NE(loss, nullptr);
  EXPECT_EQ(loss->why, "why");
  EXPECT_EQ(loss->cure, "cure");
}

TEST(MadeUpHost, FindsTheGroupInWhichAControllerWorks) {
  HostFacts facts;
  facts.cgroups = {{CgroupVersion::kV1, "/memory", {Controller::kMemory}},
                   {CgroupVersion::kV2, "/unified", {Controller::kPids, Controller::kCpu}}};
  EXPECT_EQ(facts.base_with(Controller::kMemory), &facts.cgroups[0]);
  EXPECT_EQ(facts.base_with(Controller::kCpu), &facts.cgroups[1]);
  EXPECT_EQ(facts.base_with(Controller::kIo), nullptr);
}

TEST(EmptyView, HasAlsoTheDirectoriesOnTheWay) {
  FileView view{.directory = "/src", .is_empty = true};
  view.make("/src/a/b/c");
  EXPECT_EQ(view.made, (Names{"a", "a/b", "a/b/c"}));
}

TEST(EmptyView, HasEachDirectoryOnce) {
  FileView view{.directory = "/src", .is_empty = true};
  view.make("/src/a/b");
  view.make("/src/a/c");
  view.make("/src/a");
  EXPECT_EQ(view.made, (Names{"a", "a/b", "a/c"}));
}

TEST(EmptyView, IsItselfNothingToMake) {
  FileView view{.directory = "/src", .is_empty = true};
  view.make("/src");
  EXPECT_TRUE(view.made.empty());
}

TEST(EmptyView, HasACopyAfterTheDirectoriesThatItLiesIn) {
  FileView view{.directory = "/src", .is_empty = true};
  view.copy("/src/a/file");
  EXPECT_EQ(view.made, Names{"a"});
  EXPECT_EQ(view.copied, Names{"a/file"});
}

TEST(EmptyView, MakesNothingForACopyThatLiesInItDirectly) {
  FileView view{.directory = "/src", .is_empty = true};
  view.copy("/src/file");
  EXPECT_TRUE(view.made.empty());
  EXPECT_EQ(view.copied, Names{"file"});
}

TEST(View, ThatIsNotEmptyHasAllThereIs) {
  FileView view{.directory = "/src"};
  view.make("/src/a");
  EXPECT_TRUE(view.made.empty());
}

}  // namespace
}  // namespace cloister
