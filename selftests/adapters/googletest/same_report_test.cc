// A plain run and a run in cells of the same program say the same, times aside: on the console, in
// XML and JSON, to a user's listener, and by exit status.
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

#include "selftests/support/guests.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {
namespace {

// The value FILE of a flag or variable is a file of the run's own, and what it holds afterwards is
// compared as well; FLAGS is one with flags in it.
struct Mode {
  std::string name;
  std::vector<std::string> flags{};
  std::vector<std::string> environment{};
  const char* program = "everything";
};

void PrintTo(const Mode& mode, std::ostream* out) { *out << mode.name; }

class SameReport : public testing::TestWithParam<Mode> {
 protected:
  struct Reports {
    Ended ended;
    std::string file;
    std::string events;
    std::string side_file;
  };

  static std::string if_any(const std::string& path) {
    return access(path.c_str(), F_OK) == 0 ? content_of(path) : "(none)";
  }

  Reports run_program(const std::string& cloister, const std::string& format, bool join = false) {
    const std::string file = scratch(format);
    const std::string log = scratch("events");
    const std::string side_file = scratch("side");
    const std::string flags = scratch("flags");
    std::ofstream(flags)
        << "--gtest_filter=Plain.*:*DeathTest.*\n--gtest_random_seed=11\n--gtest_shuffle\n";
    const auto filled = [&](std::string text) {
      const std::size_t at = text.find('=') + 1;
      if (text.ends_with("=FILE")) return text.replace(at, text.npos, side_file);
      if (text.ends_with("=FLAGS")) return text.replace(at, text.npos, flags);
      return text;
    };
    Program program{{guest(GetParam().program), cloister, "--cloister_jobs=4"}};
    if (!format.empty()) program.command.push_back("--gtest_output=" + format + ":" + file);
    for (const std::string& flag : GetParam().flags) program.command.push_back(filled(flag));
    for (const std::string& variable : GetParam().environment)
      program.environment.push_back(filled(variable));
    program.environment.push_back("GUEST_EVENT_LOG=" + log);
    program.join_streams = join;
    Reports reports{run(program), if_any(file), if_any(log), if_any(side_file)};
    for (const std::string& path : {file, log, side_file, flags}) unlink(path.c_str());
    return reports;
  }

  void compare(const std::string& format, const std::string& cloister = "--cloister=on") {
    const Reports plain = run_program("--cloister=off", format);
    const Reports cells = run_program(cloister, format);
    EXPECT_EQ(first_difference(without_times(plain.ended.out), without_times(cells.ended.out)), "");
    EXPECT_EQ(first_difference(plain.ended.err, without_notes(cells.ended.err)), "");
    EXPECT_EQ(plain.ended.status, cells.ended.status);
    EXPECT_EQ(plain.ended.signal, cells.ended.signal);
    EXPECT_EQ(first_difference(without_times(plain.file), without_times(cells.file)), "");
    EXPECT_EQ(first_difference(plain.events, cells.events), "");
    EXPECT_EQ(first_difference(without_times(plain.side_file), without_times(cells.side_file)), "");
    EXPECT_FALSE(plain.ended.out.empty());
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
TEST_P(SameReport, WhenTestsStartTheProgramAnew) { compare("xml", "--cloister_launch=exec"); }
TEST_P(SameReport, WhenTheTestsOfASuiteShareACell) { compare("xml", "--cloister_scope=suite"); }
TEST_P(SameReport, WhenTheTestsOfASuiteAreForksOfOneSetUp) {
  compare("xml", "--cloister_scope=snapshot");
}
TEST_P(SameReport, WhenTheTestsOfASuiteShareTheServersOfOneSetUp) {
  compare("xml", "--cloister_scope=services");
}
TEST_P(SameReport, WhenAllTestsShareACell) { compare("xml", "--cloister_scope=program"); }

INSTANTIATE_TEST_SUITE_P(
    Modes, SameReport,
    testing::Values(
        Mode{"Default"}, Mode{"Brief", {"--gtest_brief=1"}}, Mode{"Colour", {"--gtest_color=yes"}},
        Mode{"NoTimes", {"--gtest_print_time=0"}},
        Mode{"Filter", {"--gtest_filter=Plain.*:*Death*-*Twice"}},
        Mode{"NothingSelected", {"--gtest_filter=None"}},
        Mode{"Disabled", {"--gtest_also_run_disabled_tests", "--gtest_filter=Plain.*"}},
        Mode{"AllDisabled", {"--gtest_filter=*.DISABLED_*"}},
        Mode{"Shuffled", {"--gtest_shuffle", "--gtest_random_seed=42"}},
        Mode{"Repeated",
             {"--gtest_repeat=2", "--gtest_shuffle", "--gtest_random_seed=7"},
             {"GUEST_ENVIRONMENT=quiet"}},
        Mode{"FailFast", {"--gtest_fail_fast"}},
        Mode{"FailFastRepeated", {"--gtest_fail_fast", "--gtest_repeat=3"}},
        Mode{"Shard",
             {},
             {"GTEST_TOTAL_SHARDS=3", "GTEST_SHARD_INDEX=1", "GTEST_SHARD_STATUS_FILE=FILE"}},
        Mode{"EmptyShard",
             {"--gtest_filter=Plain.Passes"},
             {"GTEST_TOTAL_SHARDS=3", "GTEST_SHARD_INDEX=1", "GTEST_SHARD_STATUS_FILE=FILE"}},
        Mode{"PrematureExitFile", {"--gtest_filter=Plain.*"}, {"TEST_PREMATURE_EXIT_FILE=FILE"}},
        Mode{"FilterByTestBridge", {}, {"TESTBRIDGE_TEST_ONLY=Suite.*"}},
        Mode{"FlagsByEnvironment", {}, {"GTEST_FILTER=Plain.*", "GTEST_BRIEF=1"}},
        Mode{"FlagFile", {"--gtest_flagfile=FLAGS"}},
        Mode{"ThrowOnFailure", {"--gtest_throw_on_failure"}},
        Mode{"ThrowOnFailureCaught",
             {"--gtest_throw_on_failure", "--gtest_filter=Plain.Passes:Mocks.AreSatisfied"}},
        Mode{"UncaughtExceptions",
             {"--gtest_catch_exceptions=0", "--gtest_filter=-Throwing*:*Throws*"}},
        Mode{"WithAnEnvironment", {}, {"GUEST_ENVIRONMENT=quiet"}},
        Mode{"EnvironmentFails", {}, {"GUEST_ENVIRONMENT=fail"}},
        Mode{"EnvironmentSkips", {}, {"GUEST_ENVIRONMENT=skip"}},
        Mode{"EnvironmentComplains", {}, {"GUEST_ENVIRONMENT=complain"}},
        Mode{"EnvironmentFailsLate", {}, {"GUEST_ENVIRONMENT=fail_late"}},
        Mode{"Recreated",
             {"--gtest_repeat=2", "--gtest_recreate_environments_when_repeating"},
             {"GUEST_ENVIRONMENT=quiet"}}),
    [](const auto& mode) { return mode.param.name; });

INSTANTIATE_TEST_SUITE_P(
    EachPlace, SameReport,
    testing::Values(
        Mode{"Default", {"--gtest_filter=-Listener*"}, {}, "each_place"},
        Mode{"Shuffled",
             {"--gtest_filter=-Listener*", "--gtest_shuffle", "--gtest_random_seed=3"},
             {},
             "each_place"},
        Mode{"FailFast", {"--gtest_filter=-Listener*", "--gtest_fail_fast"}, {}, "each_place"},
        Mode{"Listener", {"--gtest_filter=Listener*"}, {"GUEST_LISTENER="}, "each_place"}),
    [](const auto& mode) { return mode.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Unusual, SameReport,
    testing::Values(Mode{"Default", {}, {}, "unusual"},
                    Mode{"LateWorld", {}, {"GUEST_LATE_WORLD=1"}, "unusual"},
                    Mode{"Shuffled", {"--gtest_shuffle", "--gtest_random_seed=5"}, {}, "unusual"},
                    Mode{"NamesInAFilter",
                         {"--gtest_filter=Odd??*names?*.twice:*.a?b?:*ünï*:*sp ace"},
                         {},
                         "unusual"}),
    [](const auto& mode) { return mode.param.name; });

// What comes after tests that GoogleTest passes over.
INSTANTIATE_TEST_SUITE_P(PassedOver, SameReport,
                         testing::Values(Mode{"LastSuiteFails",
                                              {"--gtest_filter=Quiet.Passes:FailsInSetUp.*"},
                                              {"GUEST_TEAR_DOWN=fail"},
                                              "sharing"},
                                         Mode{"FailFast",
                                              {"--gtest_filter=Quiet.*", "--gtest_fail_fast"},
                                              {"GUEST_TEAR_DOWN=fail"},
                                              "sharing"}),
                         [](const auto& mode) { return mode.param.name; });

#ifndef SANITIZED
// C++17, link-time optimisation, hidden visibility.
INSTANTIATE_TEST_SUITE_P(
    Optimised, SameReport,
    testing::Values(Mode{"Default", {}, {}, "everything_lto"},
                    Mode{"WithAnEnvironment", {}, {"GUEST_ENVIRONMENT=quiet"}, "everything_lto"}),
    [](const auto& mode) { return mode.param.name; });
#endif

// What an environment can do wrong, when it is set up and when it is torn down.
std::vector<Mode> worlds() {
  std::vector<Mode> modes;
  for (const char* place : {"SetUp", "TearDown"}) {
    for (const char* kind :
         {"NonFatal", "Fatal", "Skip", "Exception", "Thrown", "Trace", "Success", "Property"}) {
      modes.push_back({std::string(place) + kind,
                       {"--gtest_filter=Body/*"},
                       {std::string("GUEST_ENVIRONMENT=") + place + "." + kind},
                       "each_place"});
    }
  }
  return modes;
}
INSTANTIATE_TEST_SUITE_P(World, SameReport, testing::ValuesIn(worlds()),
                         [](const auto& mode) { return mode.param.name; });

// What a listener in the guest can do wrong, whether there are environments and suites' hooks or
// not. At the end of the program a plain run would pass:
// ListenerInGuest.MayAssertAtTheVeryEnd.
std::vector<Mode> listeners() {
  std::vector<Mode> modes;
  for (const char* place :
       {"IterationStart", "WorldsStart", "WorldsStarted", "SuiteStart", "TestStart", "TestEnd",
        "SuiteEnd", "WorldsEnd", "WorldsEnded", "IterationEnd", "ProgramEnd"}) {
    for (const char* kind : {"NonFatal", "Fatal", "Skip", "Exception", "Property"}) {
      const std::string name = std::string(place) + kind;
      if (name == "ProgramEndNonFatal" || name == "ProgramEndFatal") continue;
      modes.push_back({name,
                       {"--gtest_filter=Body/*/Success.*:ListenerSuiteEnd/*/NonFatal.*"},
                       {std::string("GUEST_LISTENER=") + place + "." + kind},
                       "each_place"});
    }
  }
  return modes;
}
class SamePlace : public SameReport {};
TEST_P(SamePlace, OfWhatAListenerInTheGuestDid) { compare("xml"); }
TEST_P(SamePlace, WhenTheTestsOfASuiteShareACell) { compare("xml", "--cloister_scope=suite"); }
TEST_P(SamePlace, WhenTheTestsOfASuiteAreForksOfOneSetUp) {
  compare("xml", "--cloister_scope=snapshot");
}
TEST_P(SamePlace, WhenAllTestsShareACell) { compare("xml", "--cloister_scope=program"); }
INSTANTIATE_TEST_SUITE_P(Listener, SamePlace, testing::ValuesIn(listeners()),
                         [](const auto& mode) { return mode.param.name; });

// GoogleTest names the file itself here.
class SameFile : public SameReport {};
TEST_P(SameFile, NamedByTheEnvironment) { compare(""); }
INSTANTIATE_TEST_SUITE_P(Modes, SameFile,
                         testing::Values(Mode{
                             "Xml", {"--gtest_filter=Plain.*"}, {"XML_OUTPUT_FILE=FILE"}}),
                         [](const auto& mode) { return mode.param.name; });

// With both streams in one file the order between them is kept as well.
class SameOrder : public SameReport {};
TEST_P(SameOrder, OfStdoutAndStderrInOneFile) {
  const Reports plain = run_program("--cloister=off", "xml", true);
  const Reports cells = run_program("--cloister=on", "xml", true);
  EXPECT_EQ(first_difference(without_times(plain.ended.out),
                             without_times(without_notes(cells.ended.out))),
            "");
}
INSTANTIATE_TEST_SUITE_P(Modes, SameOrder,
                         testing::Values(Mode{"Default"}, Mode{"Unusual", {}, {}, "unusual"}),
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
