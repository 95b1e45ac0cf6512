// The rows of the caps that cgroups carry.
#include "framework/plan/caps.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "framework/config/settings.h"
#include "selftests/framework/plan/made_up_facts.h"

namespace cloister {
namespace {

CellConfig plenty(const Cap& cap) {
  CellConfig config;
  cap.ask_for_plenty(config, root_host(CgroupVersion::kV2));
  return config;
}

TEST(EachCap, IsASettingOfItsName) {
  for (const Cap& cap : cgroup_caps())
    EXPECT_NE(std::ranges::find(settings(), cap.setting, &Setting::name), settings().end())
        << cap.setting;
}

TEST(EachCap, IsBesideTheOthersOfItsFacility) {
  std::set<Facility> seen;
  const Cap* before = nullptr;
  for (const Cap& cap : cgroup_caps()) {
    const bool begins = before == nullptr || before->facility != cap.facility;
    EXPECT_TRUE(!begins || seen.insert(cap.facility).second) << cap.setting;
    before = &cap;
  }
}

TEST(EachCap, IsNotAskedForByAConfigurationThatSaysNothing) {
  for (const Cap& cap : cgroup_caps()) EXPECT_FALSE(cap.is_asked({})) << cap.setting;
}

TEST(EachCap, IsAskedForByItsTrial) {
  for (const Cap& cap : cgroup_caps()) {
    if (cap.ask_for_plenty == nullptr) continue;
    EXPECT_TRUE(cap.is_asked(plenty(cap))) << cap.setting;
    EXPECT_TRUE(asks_for(plenty(cap), cap.facility)) << cap.setting;
  }
}

TEST(EachCap, IsAskedForByNoTrialOfAnother) {
  for (const Cap& cap : cgroup_caps()) {
    for (const Cap& other : cgroup_caps()) {
      if (cap.setting == other.setting || cap.ask_for_plenty == nullptr) continue;
      EXPECT_FALSE(other.is_asked(plenty(cap))) << cap.setting << " and " << other.setting;
    }
  }
}

TEST(EachCap, WithAControllerHasAFileToWriteToWhenItIsAskedFor) {
  for (const Cap& cap : cgroup_caps()) {
    const auto controller = info_of(cap.facility).controller;
    if (!controller || cap.ask_for_plenty == nullptr) continue;
    for (const CgroupVersion version : {CgroupVersion::kV1, CgroupVersion::kV2}) {
      const HostFacts host = root_host(version);
      CgroupPlan group;
      plan_controller(*controller, plenty(cap), host, *host.base_with(*controller), group);
      EXPECT_FALSE(group.settings.empty()) << cap.setting;
    }
  }
}

TEST(EachCap, OfEveryControllerHasARowForItsFacility) {
  for (const FacilityInfo& info : facilities()) {
    if (!info.controller) continue;
    EXPECT_TRUE(std::ranges::any_of(cgroup_caps(), [&](const Cap& cap) {
      return cap.facility == info.facility;
    })) << info.name;
  }
}

TEST(Cap, OfNoneIsNotAskedFor) {
  EXPECT_FALSE(asks_for(CellConfig{}.with_memory(Bytes{}), Facility::kMemoryCap));
  EXPECT_FALSE(asks_for(CellConfig{}.with_cpus(0), Facility::kCpuCap));
}

TEST(Cap, OfAFacilityIsAskedForByAnyOfItsSettings) {
  EXPECT_TRUE(asks_for(CellConfig{}.with_io_read_rate(1_MiB), Facility::kIoCap));
  EXPECT_TRUE(asks_for(CellConfig{}.with_io_write_rate(1_MiB), Facility::kIoCap));
}

}  // namespace
}  // namespace cloister
