// The cure for each loss, on each kind of host: lines that people copy.
#include "framework/host/cures.h"

#include <gtest/gtest.h>

#include "selftests/framework/plan/made_up_facts.h"

namespace cloister {
namespace {

HostFacts on(Surroundings surroundings, bool root = false) {
  HostFacts facts = root ? root_host(CgroupVersion::kV2) : ordinary_host();
  facts.surroundings = surroundings;
  return facts;
}

TEST(CureForUsers, IsTheSysctlThatForbidsThem) {
  EXPECT_EQ(cure_for(Facility::kUserNamespace, on({.apparmor_restricts_users = true})),
            "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0");
  EXPECT_EQ(cure_for(Facility::kUserNamespace, on({.user_namespaces_are_off = true})),
            "sudo sysctl -w kernel.unprivileged_userns_clone=1");
  EXPECT_EQ(cure_for(Facility::kCgroupNamespace, on({.cgroup_namespaces_are_zero = true})),
            "in a cell, give that one --cloister_privileged; else sudo sysctl -w "
            "user.max_cgroup_namespaces=15000");
  EXPECT_EQ(cure_for(Facility::kUserNamespace, on({.user_namespaces_are_zero = true})),
            "sudo sysctl -w user.max_user_namespaces=15000");
}

TEST(CureForUsers, IsTheContainersFlags) {
  EXPECT_EQ(cure_for(Facility::kUserNamespace, on({.container = Container::kDocker})),
            "start the container with docker run --security-opt seccomp=unconfined --security-opt "
            "apparmor=unconfined --security-opt systempaths=unconfined");
  EXPECT_EQ(cure_for(Facility::kUserNamespace, on({.container = Container::kPodman})),
            "start the container with podman run --security-opt seccomp=unconfined --security-opt "
            "unmask=ALL");
}

TEST(CureForProc, IsToUnmaskIt) {
  EXPECT_EQ(cure_for(Facility::kPrivateProc, on({.container = Container::kDocker})),
            "start the container with docker run --security-opt systempaths=unconfined");
  EXPECT_EQ(cure_for(Facility::kPrivateProc, on({.container = Container::kPodman})),
            "start the container with podman run --security-opt unmask=ALL");
}

TEST(CureForUsers, IsWhereTheRunnersContainersAreConfigured) {
  EXPECT_EQ(
      cure_for(Facility::kUserNamespace, on({.container = Container::kDocker, .ci = Ci::kGithub})),
      "in the workflow: container: {options: \"--security-opt seccomp=unconfined --security-opt "
      "apparmor=unconfined --security-opt systempaths=unconfined\"}");
  EXPECT_EQ(
      cure_for(Facility::kUserNamespace, on({.container = Container::kDocker, .ci = Ci::kGitlab})),
      "in the runner's config.toml, below [runners.docker]: security_opt = "
      "[\"seccomp=unconfined\", \"apparmor=unconfined\", \"systempaths=unconfined\"]");
  // A runner that is a machine of its own is configured as any machine.
  EXPECT_EQ(
      cure_for(Facility::kUserNamespace, on({.ci = Ci::kGithub, .apparmor_restricts_users = true})),
      "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0");
}

class CureForCaps : public testing::TestWithParam<Facility> {};
INSTANTIATE_TEST_SUITE_P(Caps, CureForCaps,
                         testing::Values(Facility::kMemoryCap, Facility::kProcessCap,
                                         Facility::kSoftMemoryCap, Facility::kCpuCap,
                                         Facility::kCpuSet, Facility::kIoCap));

TEST_P(CureForCaps, IsAScopeOfSystemd) {
  EXPECT_EQ(cure_for(GetParam(), on({.systemd = true})),
            "systemd-run --user --scope -p Delegate=yes COMMAND");
  EXPECT_EQ(cure_for(GetParam(), on({.systemd = true}, true)),
            "systemd-run --scope -p Delegate=yes COMMAND");
}

TEST_P(CureForCaps, BringsTheUsersManagerUpFirst) {
  EXPECT_EQ(cure_for(GetParam(), on({.systemd = true, .user_manager = false})),
            "sudo loginctl enable-linger $USER && export XDG_RUNTIME_DIR=/run/user/$(id -u) && "
            "systemd-run --user --scope -p Delegate=yes COMMAND");
}

TEST_P(CureForCaps, IsTheContainersFlags) {
  EXPECT_EQ(
      cure_for(GetParam(), on({.container = Container::kDocker})),
      "start the container with docker run --cgroupns=host -v /sys/fs/cgroup:/sys/fs/cgroup:rw");
  EXPECT_EQ(cure_for(GetParam(), on({.container = Container::kPodman})),
            "start the container with podman run --cgroups=split --security-opt "
            "unmask=/sys/fs/cgroup");
}

TEST_P(CureForCaps, IsAGroupMadeByHandWhereNobodyLooksAfterThem) {
  EXPECT_EQ(cure_for(GetParam(), on({}, true)),
            "mkdir -p /sys/fs/cgroup/cells && echo $$ > /sys/fs/cgroup/cells/cgroup.procs");
  EXPECT_EQ(cure_for(GetParam(), on({})),
            "sudo sh -c 'cd /sys/fs/cgroup && sed \"s/[^ ]*/+&/g\" cgroup.controllers > "
            "cgroup.subtree_control && mkdir -p cells && chown -R '$(id -u)' cells && echo '$$' > "
            "cells/cgroup.procs'");
}

TEST(CureForCapsOfVersionOne, IsRoot) {
  EXPECT_EQ(cure_for(Facility::kMemoryCap, on({.cgroups_are_v1 = true})),
            "run it as root: on this host cgroups are version 1");
}

TEST(CureForCapsOfVersionOne, IsTheMountForRootItself) {
  EXPECT_EQ(cure_for(Facility::kMemoryCap, on({.cgroups_are_v1 = true}, true)),
            "mount the cgroup file systems writable for this process");
}

TEST(CureForCapsOfVersionOne, IsVersionTwoForTheSoftCap) {
  EXPECT_EQ(cure_for(Facility::kSoftMemoryCap, on({.cgroups_are_v1 = true}, true)),
            "boot with cgroup version 2: systemd.unified_cgroup_hierarchy=1");
}

TEST(EveryFacility, HasANameAndACure) {
  for (const FacilityInfo& info : facilities()) {
    const Facility facility = info.facility;
    EXPECT_NE(cure_for(facility, on({})), "");
  }
}

}  // namespace
}  // namespace cloister
