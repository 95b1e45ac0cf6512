#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sched.h>

#include <algorithm>

#include "framework/plan/plan.h"
#include "selftests/framework/plan/made_up_facts.h"

namespace cloister {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kAllSeven = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET |
                                    CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP;

CellPlan plan_for(const CellConfig& config, const HostFacts& facts) {
  const auto plan = make_plan(config, facts);
  if (plan) return *plan;
  ADD_FAILURE() << plan.error().text();
  return {};
}

template <typename Step>
const Step* find_step(const CellPlan& plan) {
  for (const SetupStep& step : plan.inside.steps) {
    if (const auto* found = std::get_if<Step>(&step)) return found;
  }
  return nullptr;
}

bool keeps(const CellPlan& plan, unsigned capability) {
  return (plan.guest.capabilities >> capability & 1) != 0;
}

TEST(Plan, HasAllSevenNamespacesByDefault) {
  EXPECT_EQ(plan_for({}, ordinary_host()).inside.namespaces, kAllSeven);
  EXPECT_EQ(plan_for({}, root_host(CgroupVersion::kV2)).inside.namespaces, kAllSeven);
}

TEST(Plan, MakesMountsPrivateBeforeItMountsAnything) {
  const auto plan = plan_for({}, ordinary_host());
  EXPECT_TRUE(std::holds_alternative<SetPropagation>(plan.inside.steps.front()));
}

TEST(Plan, IsTheSameForTheSameQuestion) {
  EXPECT_EQ(plan_for({}, ordinary_host()), plan_for({}, ordinary_host()));
}

TEST(Users, AnOrdinaryUserIsMappedToItself) {
  const auto plan = plan_for({}, ordinary_host());
  EXPECT_EQ(plan.inside.uid_map, (std::vector<IdMapping>{{1000, 1000, 1}}));
  EXPECT_EQ(plan.inside.gid_map, (std::vector<IdMapping>{{100, 100, 1}}));
  EXPECT_FALSE(plan.inside.allow_setgroups);
  EXPECT_EQ(plan.guest.capabilities, 0U);
}

TEST(Users, AsRootMapsAnOrdinaryUserToZero) {
  const auto plan = plan_for(CellConfig{}.with_as_root(), ordinary_host());
  EXPECT_EQ(plan.inside.uid_map, (std::vector<IdMapping>{{0, 1000, 1}}));
  EXPECT_TRUE(keeps(plan, CAP_CHOWN));
  EXPECT_FALSE(keeps(plan, CAP_SYS_ADMIN));
  EXPECT_FALSE(keeps(plan, CAP_SYS_RESOURCE));
}

TEST(Users, RootHandsOnEveryIdItHas) {
  const auto plan = plan_for({}, root_host(CgroupVersion::kV1));
  EXPECT_EQ(plan.inside.uid_map, (std::vector<IdMapping>{{0, 0, 4294967295}}));
  EXPECT_TRUE(plan.inside.allow_setgroups);
  EXPECT_TRUE(keeps(plan, CAP_SETUID));
  EXPECT_FALSE(keeps(plan, CAP_SYS_ADMIN));
}

TEST(Users, PrivilegedKeepsEveryCapability) {
  const auto plan = plan_for(CellConfig{}.with_privileged(), root_host(CgroupVersion::kV1));
  EXPECT_TRUE(keeps(plan, CAP_SYS_ADMIN));
}

TEST(Networks, ThatAreLentAreMadeByNobodyInTheCell) {
  const auto plan = plan_for(CellConfig{}.with_reuse_network(), ordinary_host());
  EXPECT_EQ(plan.inside.lent_network, LentNetwork::kLoopback);
  EXPECT_EQ(plan.inside.namespaces, kAllSeven);
  EXPECT_EQ(find_step<BringUpLoopback>(plan), nullptr);
  EXPECT_EQ(find_step<OpenLowPorts>(plan), nullptr);
}

TEST(Networks, ThatAreLentHaveReadOnlySettings) {
  for (const HostFacts& facts : {ordinary_host(), root_host(CgroupVersion::kV2)}) {
    const auto plan = plan_for(CellConfig{}.with_reuse_network(), facts);
    EXPECT_EQ(std::ranges::count(plan.inside.steps,
                                 SetupStep(BindMount{"/proc/sys/net", "/proc/sys/net", true})),
              1);
  }
}

TEST(Networks, AreLentOfTheKindThatIsAskedFor) {
  const auto config = CellConfig{}.with_reuse_network();
  const auto lent = [&](Network network) {
    return plan_for(CellConfig(config).with_network(network), ordinary_host()).inside.lent_network;
  };
  EXPECT_EQ(lent(Network::kNone), LentNetwork::kDown);
  EXPECT_EQ(lent(Network::kHost), LentNetwork::kNone);
}

TEST(Networks, AreNotLentToWhomMayMount) {
  const auto config = CellConfig{}.with_reuse_network().with_privileged();
  const auto plan = plan_for(config, root_host(CgroupVersion::kV2));
  EXPECT_EQ(plan.inside.lent_network, LentNetwork::kNone);
  EXPECT_NE(find_step<BringUpLoopback>(plan), nullptr);
}

TEST(Networks, AreNotLentWhereProcessesMayOutliveTheCell) {
  HostFacts facts = ordinary_host();
  facts.losses.push_back({Facility::kPidNamespace, "there are none", "make one"});
  EXPECT_EQ(plan_for(CellConfig{}.with_reuse_network(), facts).inside.lent_network,
            LentNetwork::kNone);
}

TEST(Networks, ThatCannotBeLentAreRefusedWithTheCure) {
  HostFacts facts = ordinary_host();
  facts.losses.push_back({Facility::kNetworkReuse, "nobody can tell", "leave it out"});
  const auto plan = make_plan(CellConfig{}.with_reuse_network(), facts);
  ASSERT_FALSE(plan);
  EXPECT_EQ(
      plan.error().text(),
      "cannot give this test the re-use of networks it asks for: nobody can tell; leave it out");
}

TEST(Mounts, EntriesThatAreNeededStayVisible) {
  HostFacts facts = ordinary_host();
  facts.working_directory = "/tmp/build/tests";
  facts.needed_paths = {"/tmp/build/tests", "/tmp/build/bin/a_test", "/tmp/ramdisk", "/tmpfile",
                        "/usr/lib/x"};
  const auto plan = plan_for({}, facts);
  const auto* tmpfs = find_step<MountTmpfs>(plan);
  ASSERT_NE(tmpfs, nullptr);
  EXPECT_EQ(tmpfs->target, "/tmp");
  EXPECT_EQ(tmpfs->keep, (std::vector<std::string>{"build", "ramdisk"}));
}

TEST(Mounts, PrivateTmpCanBeTurnedOff) {
  EXPECT_EQ(find_step<MountTmpfs>(plan_for(CellConfig{}.with_private_tmp(false), ordinary_host())),
            nullptr);
}

TEST(Network, HostMeansNoNamespace) {
  const auto plan = plan_for(CellConfig{}.with_network(Network::kHost), ordinary_host());
  EXPECT_EQ(plan.inside.namespaces & CLONE_NEWNET, 0U);
  EXPECT_EQ(find_step<BringUpLoopback>(plan), nullptr);
}

TEST(Network, NoneLeavesLoopbackDown) {
  const auto plan = plan_for(CellConfig{}.with_network(Network::kNone), ordinary_host());
  EXPECT_NE(plan.inside.namespaces & CLONE_NEWNET, 0U);
  EXPECT_EQ(find_step<BringUpLoopback>(plan), nullptr);
}

TEST(Losses, ALostDefaultIsLeftOut) {
  HostFacts facts = ordinary_host();
  facts.losses.push_back({Facility::kNetworkNamespace, "no", "yes"});
  facts.losses.push_back({Facility::kPrivateProc, "no", "yes"});
  const auto plan = plan_for({}, facts);
  EXPECT_EQ(plan.inside.namespaces, kAllSeven & ~std::uint64_t{CLONE_NEWNET});
  EXPECT_EQ(find_step<MountProc>(plan), nullptr);
}

TEST(Losses, WhatIsAskedForFailsWithTheCure) {
  const auto plan = make_plan(CellConfig{}.with_memory(64_MiB), ordinary_host());
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().text(),
            "cannot give this test the memory cap it asks for: no memory controller; mount one");
}

TEST(Losses, AskingForTheHostsNetworkNeedsNothing) {
  HostFacts facts = ordinary_host();
  facts.losses.push_back({Facility::kNetworkNamespace, "no", "yes"});
  EXPECT_TRUE(make_plan(CellConfig{}.with_network(Network::kHost), facts));
  EXPECT_FALSE(make_plan(CellConfig{}.with_network(Network::kLoopback), facts));
}

TEST(Watch, DefaultsAreTenMinutesAndOne) {
  const auto plan = plan_for({}, ordinary_host());
  EXPECT_EQ(plan.watch.deadline, 10min);
  EXPECT_EQ(plan.watch.notice_after, 1min);
  EXPECT_EQ(plan.watch.output, 16_MiB);
}

}  // namespace
}  // namespace cloister
