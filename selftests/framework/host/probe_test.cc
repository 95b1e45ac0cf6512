#include "framework/host/probe.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "framework/host/gather.h"
#include "framework/kernel/single_threaded_fork.h"
#include "selftests/support/lane.h"

namespace cloister {
namespace {

TEST(GatherFacts, KnowsWhoAndWhere) {
  const HostFacts facts = gather_facts();
  EXPECT_EQ(facts.uid, geteuid());
  EXPECT_FALSE(facts.uids.empty());
  char directory[4096];
  EXPECT_EQ(facts.working_directory, getcwd(directory, sizeof directory));
  EXPECT_NE(facts.needed_paths, std::vector<std::string>{});
}

// Probing changes the process for good, so each probe has one of its own.
template <typename Check>
void in_a_process(Check check) {
  const pid_t pid = single_threaded_fork();
  if (pid == 0) {
    Host host = open_host();
    const bool good = check(host);
    _exit(good ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(pid, &status, 0), pid);
  EXPECT_EQ(status, 0);
}

TEST(OpenHost, FindsWhatIsWrittenDownForTheLane) {
  in_a_process([](Host& host) {
    for (const FacilityInfo& info : facilities()) {
      const Facility facility = info.facility;
      if (host.facts.has(facility) != selftests::lane_gives(facility_name(facility))) return false;
    }
    return true;
  });
}

TEST(OpenHost, HasABuilderWhereThereIsSomethingToBuild) {
  in_a_process([](Host& host) {
    return host.builder.has_value() == selftests::lane_gives("user namespace");
  });
}

TEST(OpenHost, EveryLossHasACauseAndACure) {
  in_a_process([](Host& host) {
    for (const Loss& loss : host.facts.losses) {
      if (loss.why.empty() || loss.cure.empty()) return false;
    }
    return true;
  });
}

}  // namespace
}  // namespace cloister
