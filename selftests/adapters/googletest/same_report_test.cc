// A plain run and a run in cells of the same program say the same, times aside: on the console, in
// XML and JSON, to a user's listener, and by exit status.
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "selftests/support/guests.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {
namespace {

struct Mode {
  const char* name;
  std::vector<std::string> flags{};
  std::vector<std::string> environment{};
};

void PrintTo(const Mode& mode, std::ostream* out) { *out << mode.name; }

class SameReport : public testing::TestWithParam<Mode> {
 protected:
  struct Reports {
    Ended ended;
    std::string file;
    std::string events;
  };

  Reports run_everything(const std::string& cloister, const std::string& format,
                         bool join = false) {
    const std::string file = scratch(format);
    const std::string log = scratch("events");
    Program program{{guest("everything"), cloister, "--cloister_jobs=4",
                     "--gtest_output=" + format + ":" + file}};
    program.command.insert(program.command.end(), GetParam().flags.begin(), GetParam().flags.end());
    program.environment = GetParam().environment;
    program.environment.push_back("GUEST_EVENT_LOG=" + log);
    program.join_streams = join;
    Reports reports{run(program), content_of(file), content_of(log)};
    unlink(file.c_str());
    unlink(log.c_str());
    return reports;
  }

  void compare(const std::string& format, bool join = false) {
    const Reports plain = run_everything("--cloister=off", format, join);
    const Reports cells = run_everything("--cloister=on", format, join);
    EXPECT_EQ(first_difference(without_times(plain.ended.out), without_times(cells.ended.out)), "");
    EXPECT_EQ(first_difference(plain.ended.err, without_notes(cells.ended.err)), "");
    EXPECT_EQ(plain.ended.status, cells.ended.status);
    EXPECT_EQ(first_difference(without_times(plain.file), without_times(cells.file)), "");
    EXPECT_EQ(first_difference(plain.events, cells.events), "");
    EXPECT_NE(plain.ended.out.find("main goes on"), std::string::npos);
  }

  // What a host lacks is said on stderr; the report itself stays the same.
  static std::string without_notes(const std::string& text) {
    std::string rest;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
      const std::string line = text.substr(at, end - at);
      if (line.rfind("cloister: note: no ", 0) != 0) rest += line;
      at = end;
    }
    return rest;
  }
};

TEST_P(SameReport, OnTheConsoleInXmlAndToListeners) { compare("xml"); }
TEST_P(SameReport, InJson) { compare("json"); }

INSTANTIATE_TEST_SUITE_P(
    Modes, SameReport,
    testing::Values(Mode{"Default"}, Mode{"Brief", {"--gtest_brief=1"}},
                    Mode{"Colour", {"--gtest_color=yes"}},
                    Mode{"NoTimes", {"--gtest_print_time=0"}},
                    Mode{"Filter", {"--gtest_filter=Plain.*:*Death*-*Twice"}},
                    Mode{"NothingSelected", {"--gtest_filter=None"}},
                    Mode{"Disabled", {"--gtest_also_run_disabled_tests", "--gtest_filter=Plain.*"}},
                    Mode{"Shuffled", {"--gtest_shuffle", "--gtest_random_seed=42"}},
                    Mode{"Repeated",
                         {"--gtest_repeat=2", "--gtest_shuffle", "--gtest_random_seed=7"},
                         {"GUEST_ENVIRONMENT=quiet"}},
                    Mode{"FailFast", {"--gtest_fail_fast"}},
                    Mode{"Shard", {}, {"GTEST_TOTAL_SHARDS=3", "GTEST_SHARD_INDEX=1"}},
                    Mode{"WithAnEnvironment", {}, {"GUEST_ENVIRONMENT=quiet"}},
                    Mode{"EnvironmentFails", {}, {"GUEST_ENVIRONMENT=fail"}},
                    Mode{"EnvironmentSkips", {}, {"GUEST_ENVIRONMENT=skip"}},
                    Mode{"EnvironmentComplains", {}, {"GUEST_ENVIRONMENT=complain"}},
                    Mode{"EnvironmentFailsLate", {}, {"GUEST_ENVIRONMENT=fail_late"}},
                    Mode{"Recreated",
                         {"--gtest_repeat=2", "--gtest_recreate_environments_when_repeating"},
                         {"GUEST_ENVIRONMENT=quiet"}}),
    [](const auto& mode) { return mode.param.name; });

// With both streams in one file the order between them is kept as well.
class SameOrder : public SameReport {};
TEST_P(SameOrder, OfStdoutAndStderrInOneFile) {
  const Reports plain = run_everything("--cloister=off", "xml", true);
  const Reports cells = run_everything("--cloister=on", "xml", true);
  EXPECT_EQ(first_difference(without_times(plain.ended.out),
                             without_times(without_notes(cells.ended.out))),
            "");
}
INSTANTIATE_TEST_SUITE_P(Modes, SameOrder, testing::Values(Mode{"Default"}),
                         [](const auto& mode) { return mode.param.name; });

TEST(PassedThrough, ListingAndHelpAreGoogleTests) {
  const Ended plain = run({{guest("everything"), "--cloister=off", "--gtest_list_tests"}});
  const Ended cells = run({{guest("everything"), "--gtest_list_tests"}});
  EXPECT_EQ(plain.out, cells.out);
  const Ended help = run({{guest("everything"), "--help"}});
  EXPECT_EQ(help.status, 0);
  EXPECT_TRUE(help.contains("--gtest_filter"));
  EXPECT_TRUE(help.contains("--cloister_memory"));
}

TEST(PassedThrough, BreakOnFailureRunsPlainAndSaysSo) {
  const Ended ended =
      run({{guest("everything"), "--gtest_break_on_failure", "--gtest_filter=Plain.Passes"}});
  EXPECT_EQ(ended.status, 0);
  EXPECT_EQ(ended.err,
            "cloister: note: --gtest_break_on_failure is set: the tests run without cells\n");
}

}  // namespace
}  // namespace cloister::selftests
