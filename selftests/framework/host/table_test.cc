// What a host gives, for people, of hosts that are made up.
#include "framework/host/table.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "selftests/framework/plan/made_up_facts.h"

namespace cloister {
namespace {

FacilityRow row_of(Facility facility, const HostFacts& facts) {
  const auto rows = facts_rows(facts);
  return *std::ranges::find(rows, facility_name(facility), &FacilityRow::facility);
}

HostFacts host_with(std::vector<Loss> losses) {
  HostFacts facts;
  facts.losses = std::move(losses);
  return facts;
}

TEST(FacilityRows, AreOneForEachFacilityInItsOrder) {
  const auto rows = facts_rows({});
  ASSERT_EQ(rows.size(), facilities().size());
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i].facility, facilities()[i].name);
}

TEST(FacilityRows, SayYesAndNothingElseOfWhatThereIs) {
  const FacilityRow row = row_of(Facility::kHostname, {});
  EXPECT_EQ(row.answer, "yes");
  EXPECT_EQ(row.why, "");
  EXPECT_EQ(row.cure, "");
}

TEST(FacilityRows, SayNoWithTheCauseAndTheCure) {
  const FacilityRow row =
      row_of(Facility::kHostname, host_with({{Facility::kHostname, "why", "cure"}}));
  EXPECT_EQ(row.answer, "no");
  EXPECT_EQ(row.why, "why");
  EXPECT_EQ(row.cure, "cure");
}

TEST(FacilityRows, SayPartlyWhereSomethingElseStandsForIt) {
  const FacilityRow row =
      row_of(Facility::kCpuSet, host_with({{Facility::kCpuSet, "no cpuset controller", "cure"}}));
  EXPECT_EQ(row.answer, "partly");
  EXPECT_EQ(row.why, "by affinity, which a test can widen again: no cpuset controller");
}

TEST(FacilityRows, KnowWhatADefaultCellHas) {
  EXPECT_TRUE(row_of(Facility::kPidNamespace, {}).is_default);
  EXPECT_FALSE(row_of(Facility::kAudit, {}).is_default);
}

TEST(CgroupLines, AreOneForEachGroup) {
  HostFacts facts;
  facts.cgroups = {{.version = CgroupVersion::kV1, .group = "/cg/memory/a"},
                   {.version = CgroupVersion::kV2, .group = "/cg/b"}};
  EXPECT_EQ(cgroups_text(facts), "cgroup v1 below '/cg/memory/a'\ncgroup v2 below '/cg/b'\n");
}

TEST(CgroupLines, SayThatThereAreNone) { EXPECT_EQ(cgroups_text({}), "no cgroups\n"); }

TEST(FactsTable, HasARowForEachFacilityAndEndsWithTheCgroups) {
  const std::string table = facts_table({});
  EXPECT_EQ(std::ranges::count(table, '\n'), std::ssize(facilities()) + 1);
  EXPECT_TRUE(table.starts_with("user namespace            yes\n")) << table;
  EXPECT_TRUE(table.ends_with("\nno cgroups\n")) << table;
}

TEST(FactsTable, HasCauseAndCureInAColumnOfTheirOwn) {
  const std::string table = facts_table(host_with(
      {{Facility::kMemoryCap, "why", "cure"}, {Facility::kCpuSet, "no cpuset", "mount one"}}));
  EXPECT_NE(table.find("\nmemory cap                no      why; cure\n"), std::string::npos)
      << table;
  EXPECT_NE(table.find("\nCPU set                   partly  by affinity, which"), std::string::npos)
      << table;
}

TEST(LossNotices, AreNoneOnAHostThatHasAll) { EXPECT_EQ(losses_text({}), ""); }

TEST(LossNotices, NameTheFacilityTheCauseAndTheCure) {
  EXPECT_EQ(losses_text(host_with({{Facility::kHostname, "why", "cure"}})),
            "cloister: note: no own hostname on this host: why; cure\n");
}

TEST(LossNotices, AreOneForAllThatIsLostForOneCause) {
  EXPECT_EQ(losses_text(host_with({{Facility::kHostname, "why", "cure"},
                                   {Facility::kPrivateProc, "other", "cure"},
                                   {Facility::kIpcNamespace, "why", "cure"}})),
            "cloister: note: no own hostname, no ipc namespace on this host: why; cure\n"
            "cloister: note: no private /proc on this host: other; cure\n");
}

TEST(LossNotices, AreTwoWhereOneCauseHasTwoCures) {
  EXPECT_EQ(losses_text(host_with({{Facility::kHostname, "why", "one"},
                                   {Facility::kIpcNamespace, "why", "another"}})),
            "cloister: note: no own hostname on this host: why; one\n"
            "cloister: note: no ipc namespace on this host: why; another\n");
}

TEST(LossNotices, AreNotForBackstopsNorForWhatIsOnlyOnRequest) {
  EXPECT_EQ(losses_text(ordinary_host()), "");
}

TEST(LossNotices, SayWhyTestsBeginInTheRoot) {
  HostFacts facts;
  facts.lost_directory = "'/gone' is no directory";
  EXPECT_EQ(losses_text(facts), "cloister: note: tests begin in '/': '/gone' is no directory\n");
}

}  // namespace
}  // namespace cloister
