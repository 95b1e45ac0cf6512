// `cloister doctor`: its table, its status, and that its lines cure what they say.
#include <gmock/gmock.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "selftests/adapters/command/cloister.h"

namespace cloister::selftests {
namespace {

using testing::HasSubstr;

TEST(Doctor, SaysWhatIsWrittenDownForTheLane) {
  const Ended ended = run({{tool("cloister"), "doctor"}});
  EXPECT_EQ(ended.status, lane_gives_a_whole_cell() ? 0 : 1);
  for (const auto& [facility, given] : lane_table()) {
    const std::string row = facility + std::string(26 - facility.size(), ' ');
    const std::string answer = given ? "yes\n" : facility == "CPU set" ? "partly  " : "no      ";
    EXPECT_THAT(ended.out, HasSubstr(row + answer));
  }
}

TEST(Doctor, SaysTheSameAsJson) {
  const Ended ended = run({{tool("cloister"), "doctor", "--json"}});
  EXPECT_EQ(ended.status, lane_gives_a_whole_cell() ? 0 : 1);
  const auto json = nlohmann::json::parse(ended.out);
  ASSERT_EQ(json["facilities"].size(), lane_table().size());
  for (const auto& row : json["facilities"]) {
    const std::string name = row["name"];
    EXPECT_EQ(row["answer"] == "yes", lane_gives(name)) << name;
    EXPECT_EQ(row["why"].empty() || row["why"] == "", lane_gives(name)) << name;
    EXPECT_EQ(row["cure"] == "", lane_gives(name)) << name;
  }
}

TEST(Doctor, NamesEachCureOnceWithAllThatItGives) {
  const Ended ended =
      run({{tool("without_calls"), "EPERM", "new_user", tool("cloister"), "doctor"}});
  EXPECT_EQ(ended.status, 1);
  // An ordinary user has nothing without it.
  EXPECT_THAT(ended.out, HasSubstr(geteuid() == 0 ? "\nto have user namespace:\n  "
                                                  : "\nto have user namespace, pid namespace, "));
}

// The sysctl of a user namespace is its own: set to 0 there, it stands for a host's.
TEST(Cure, OfTheSysctlIsALineThatWorks) {
  const std::string doctor = tool("cloister") + " doctor";
  const std::string script =
      "echo 0 > /proc/sys/user/max_user_namespaces; " + doctor + " > table; " +
      "line=$(grep -A1 '^to have user namespace' table | tail -1 | sed 's/^ *sudo //'); " +
      "echo \"line: $line\"; eval \"$line\" >/dev/null; " + doctor + " | grep '^user namespace'; " +
      tool("cloister") + " exec -q --hostname abbey -- hostname";
  const std::string place = scratch("cure");
  const Ended ended = run({{"sh", "-c",
                            "mkdir " + place + " && cd " + place +
                                " && unshare --user --map-root-user --mount --pid --fork "
                                "--mount-proc sh -c \"$0\"; rm -r " +
                                place,
                            script}});
  EXPECT_EQ(ended.out,
            "line: sysctl -w user.max_user_namespaces=15000\n"
            "user namespace            yes\n"
            "abbey\n")
      << ended.err;
}

TEST(Cure, OnGithubAndGitlabIsWhereTheirContainersAreConfigured) {
  const auto cure = [](const char* variable) {
    return run({.command = {tool("without_calls"), "EPERM", "new_user", tool("cloister"), "doctor"},
                .environment = {variable}})
        .out;
  };
  EXPECT_THAT(cure("GITHUB_ACTIONS=true"),
              HasSubstr("\n  in the workflow: container: {options: \"--security-opt seccomp="));
  EXPECT_THAT(cure("GITLAB_CI=true"), HasSubstr("\n  in the runner's config.toml, below "
                                                "[runners.docker]: security_opt = [\"seccomp="));
}

}  // namespace
}  // namespace cloister::selftests
