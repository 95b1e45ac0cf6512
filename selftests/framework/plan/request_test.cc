// What only a command can ask for, as plans: roots, mounts, propagation, clocks, users, what is
// left out.
#include "framework/plan/request.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>

#include "framework/plan/encode.h"
#include "framework/plan/plan.h"
#include "selftests/framework/plan/made_up_facts.h"

namespace cloister {
namespace {

CellPlan requested_plan(const CellRequest& request, const HostFacts& facts) {
  const auto plan = make_plan(request, facts);
  if (plan) return *plan;
  ADD_FAILURE() << plan.error().text();
  return {};
}

std::string refusal(const CellRequest& request, const HostFacts& facts) {
  const auto plan = make_plan(request, facts);
  return plan ? "" : plan.error().text();
}

bool has(const CellPlan& plan, const SetupStep& step) {
  return std::ranges::find(plan.inside.steps, step) != plan.inside.steps.end();
}

std::size_t place_of(const CellPlan& plan, const SetupStep& step) {
  return static_cast<std::size_t>(std::ranges::find(plan.inside.steps, step) -
                                  plan.inside.steps.begin());
}

const HostFacts kRoot = root_host(CgroupVersion::kV2);

TEST(Request, OfATestIsTheSamePlan) {
  EXPECT_EQ(requested_plan({CellConfig{}}, kRoot), *make_plan(CellConfig{}, kRoot));
}

TEST(Request, NamesWhatRunsInItsErrors) {
  EXPECT_EQ(
      refusal({.config = CellConfig{}.with_memory(64_MiB), .role = "command"}, ordinary_host()),
      "cannot give this command the memory cap it asks for: no memory controller; mount one");
}

TEST(LeftOut, IsNotInThePlan) {
  const CellPlan plan =
      requested_plan({.without = {Facility::kPidNamespace, Facility::kHostname}}, kRoot);
  EXPECT_EQ(plan.inside.namespaces & (CLONE_NEWPID | CLONE_NEWUTS), 0U);
  EXPECT_FALSE(has(plan, MountProc{"/proc"})) << "it would be the host's";
}

TEST(LeftOut, AndAskedForIsAContradiction) {
  EXPECT_EQ(refusal({.config = CellConfig{}.with_hostname("abbey"),
                     .role = "command",
                     .without = {Facility::kHostname}},
                    kRoot),
            "cannot give this command the own hostname it asks for: it is left out; ask for one of "
            "the two only");
}

TEST(LeftOut, UserNamespaceIsForRootAlone) {
  const CellRequest request{.without = {Facility::kUserNamespace}};
  EXPECT_EQ(requested_plan(request, kRoot).inside.namespaces & CLONE_NEWUSER, 0U);
  EXPECT_TRUE(refusal(request, ordinary_host()).starts_with("cannot leave the user namespace out"));
}

TEST(RootOfItsOwn, IsFilledBeforeItIsEntered) {
  const CellPlan plan = requested_plan(
      {.root = "", .mounts = {{.source = "/usr", .target = "/usr", .read_only = true}}}, kRoot);
  const std::size_t begun = place_of(plan, StartRoot{""});
  const std::size_t bound = place_of(plan, BindMount{"/usr", "./usr", true});
  const std::size_t entered = place_of(plan, EnterRoot{});
  EXPECT_EQ(begun, place_of(plan, SetPropagation{}) + 1);
  EXPECT_LT(begun, place_of(plan, MountProc{"./proc"}));
  EXPECT_LT(begun, bound);
  EXPECT_LT(bound, place_of(plan, MakeReadOnly{"./sys/fs/cgroup"}));
  EXPECT_LT(place_of(plan, MakeReadOnly{"./sys/fs/cgroup"}), entered);
  EXPECT_LT(entered, plan.inside.steps.size());
  EXPECT_TRUE(has(plan, BindMount{"/dev/null", "./dev/null", false}));
  EXPECT_EQ(plan.guest.working_directory, "/");
}

TEST(RootOfItsOwn, IsTheHostsViewWhereOnlyMountsAreAskedFor) {
  const CellPlan plan =
      requested_plan({.mounts = {{.source = "", .target = "/mnt", .size = 4_MiB}}}, kRoot);
  EXPECT_TRUE(has(plan, StartRoot{"/"}));
  EXPECT_TRUE(has(plan, MountTmpfs{"./mnt", 4_MiB .count, 131072, {}, false}));
  EXPECT_EQ(plan.guest.working_directory, "/home/nun");
  EXPECT_EQ(plan.watch.tmpfs, (std::vector<std::string>{"/tmp", "/dev/shm", "/mnt"}));
}

TEST(RootOfItsOwn, HasProcWhereItWasAskedForAmongTheMounts) {
  const CellPlan plan = requested_plan({.mounts = {{.source = "", .target = "/a", .size = 4_MiB},
                                                   {.source = "/usr", .target = "/a"}},
                                        .proc_target = "/a/proc",
                                        .mounts_before_proc = 1},
                                       kRoot);
  const std::size_t first = place_of(plan, MountTmpfs{"./a", 4_MiB .count, 131072, {}, false});
  EXPECT_EQ(place_of(plan, MountProc{"./a/proc"}), first + 1);
  EXPECT_EQ(place_of(plan, BindMount{"/usr", "./a", false}), first + 2);
}

TEST(RootOfItsOwn, NeedsAMountNamespaceAndAbsolutePaths) {
  HostFacts lesser = kRoot;
  lesser.losses.push_back({Facility::kMountNamespace, "no", "yes"});
  EXPECT_NE(refusal({.root = "/srv"}, lesser), "");
  EXPECT_EQ(refusal({.mounts = {{.source = "usr", .target = "/usr"}}}, kRoot),
            "cannot mount on '/usr': 'usr' is no absolute path; begin it with '/'");
}

TEST(Propagation, NeverLeadsToTheHost) {
  const auto steps = [](Propagation propagation) {
    return requested_plan({.propagation = propagation}, kRoot).inside.steps;
  };
  EXPECT_EQ(steps(Propagation::kSlave).front(), SetupStep(SetPropagation{Propagation::kSlave}));
  // Shared only once everything is mounted.
  const auto shared = steps(Propagation::kShared);
  EXPECT_EQ(shared.front(), SetupStep(SetPropagation{Propagation::kSlave}));
  EXPECT_NE(std::ranges::find(shared, SetupStep(SetPropagation{Propagation::kShared})),
            shared.end());
  const CellPlan unchanged = requested_plan({.propagation = Propagation::kUnchanged}, kRoot);
  EXPECT_FALSE(has(unchanged, SetPropagation{}));
  EXPECT_NE(refusal({.without = {Facility::kUserNamespace}, .propagation = Propagation::kUnchanged},
                    kRoot),
            "");
}

TEST(Clocks, AreSetBeforeAnythingHidesTheHostsProc) {
  const CellPlan plan = requested_plan({.clocks = ClockOffsets{60, 5}}, kRoot);
  EXPECT_EQ(plan.inside.steps.front(), SetupStep(SetClocks{{60, 5}}));
  EXPECT_TRUE(plan.inside.has_clocks());
  EXPECT_FALSE(requested_plan({}, kRoot).inside.has_clocks());
}

TEST(Identity, OfRootIsOneIdOrAll) {
  const CellPlan plan = requested_plan({.identity = Identity::kOnlyRoot}, kRoot);
  EXPECT_EQ(plan.inside.uid_map, (std::vector<IdMapping>{{0, 0, 1}}));
  EXPECT_EQ(requested_plan({.uid = 7, .gid = 9}, kRoot).guest.uid, 7U);
  EXPECT_EQ(
      refusal({.role = "command", .identity = Identity::kOnlyRoot, .uid = 7}, kRoot),
      "cannot run the command as uid 7: that does not exist in its user namespace; choose one "
      "that its map has (see 'uid map' in the plan)");
}

TEST(Identity, OfAnOrdinaryUserIsWhateverItLikes) {
  const CellPlan plan = requested_plan({.uid = 7, .gid = 9}, ordinary_host());
  EXPECT_EQ(plan.inside.uid_map, (std::vector<IdMapping>{{7, 1000, 1}}));
  EXPECT_EQ(plan.inside.gid_map, (std::vector<IdMapping>{{9, 100, 1}}));
  EXPECT_FALSE(plan.guest.uid) << "it is that already";
}

TEST(Setgroups, AreDeniedOnRequestAndAllowedToRoot) {
  EXPECT_FALSE(requested_plan({.setgroups = false}, kRoot).inside.allow_setgroups);
  EXPECT_NE(refusal({.setgroups = true}, ordinary_host()), "");
}

TEST(Explain, ShowsWhatOnlyACommandAsksFor) {
  const std::string text = explain(requested_plan({.uid = 7,
                                                   .propagation = Propagation::kShared,
                                                   .clocks = ClockOffsets{60, 5},
                                                   .root = "/srv",
                                                   .mounts = {{"/usr", "/usr", true, {}}},
                                                   .streams = Streams::kCallers},
                                                  kRoot),
                                   0);
  for (const char* line :
       {"user pid mount network uts ipc cgroup time\n",
        "  step        set the monotonic clock on by 60 s, the boottime clock by 5 s\n",
        "  step        make every mount slave\n", "  step        begin with '/srv' as root\n",
        "  step        mount proc on '/proc'\n", "  step        bind '/usr' to '/usr' read-only\n",
        "  step        enter that root\n", "  step        make every mount shared\n",
        "  uid         7\n", "  output      the caller's own\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
}

TEST(Encode, TellsEveryRequestApart) {
  const CellRequest requests[] = {{},
                                  {.root = ""},
                                  {.root = "/srv"},
                                  {.mounts = {{"/usr", "/usr", false, {}}}},
                                  {.mounts = {{"/usr", "/usr", true, {}}}},
                                  {.clocks = ClockOffsets{1, 2}},
                                  {.clocks = ClockOffsets{2, 1}},
                                  {.proc_target = "/mnt"},
                                  {.propagation = Propagation::kSlave}};
  std::vector<std::string> encoded;
  for (const CellRequest& request : requests)
    encoded.push_back(encode(requested_plan(request, kRoot).inside));
  std::ranges::sort(encoded);
  EXPECT_EQ(std::ranges::adjacent_find(encoded), encoded.end());
}

}  // namespace
}  // namespace cloister
