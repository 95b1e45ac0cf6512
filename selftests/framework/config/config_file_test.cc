#include "framework/config/config_file.h"

#include <gtest/gtest.h>

namespace cloister {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kRunOptions[] = {"jobs", "require"};
constexpr std::string_view kAll =
    "memory, processes, memory_high, cpus, cpu_set, cpu_time, io_read_rate, io_write_rate, "
    "open_files, file_size, core_size, deadline, notice_after, network, reuse_network, hostname, "
    "as_root, privileged, private_tmp, tmp_size, shm_size, tmpfs_inodes, output, leaks, keep_fds, "
    "keep_paths, files, files_in, shared_files, inputs, outputs, files_store, file_conflicts, "
    "keep_failed, "
    "audit, scope";

ConfigFile read(std::string_view text) {
  auto file = parse_config(text, "c.toml", kRunOptions);
  EXPECT_TRUE(file) << file.error();
  return file ? std::move(*file) : ConfigFile{};
}

std::string error_of(std::string_view text) {
  const auto file = parse_config(text, "c.toml", kRunOptions);
  return file ? "no error" : file.error();
}

TEST(ConfigFile, OfNoTextSaysNothing) {
  const ConfigFile file = read("");
  EXPECT_EQ(file.name, "c.toml");
  EXPECT_FALSE(file.top.config.memory);
  EXPECT_TRUE(file.top.run_options.empty());
  EXPECT_TRUE(file.profiles.empty());
}

TEST(ConfigFile, StringsAreReadAsTheFlagsAre) {
  const CellConfig config = read(R"(
memory = "64M"
deadline = "1.5s"
network = "none"
as_root = "yes"
)")
                                .top.config;
  EXPECT_EQ(config.memory, 64_MiB);
  EXPECT_EQ(config.deadline, 1500ms);
  EXPECT_EQ(config.network, Network::kNone);
  EXPECT_EQ(config.as_root, true);
}

TEST(ConfigFile, IntegersAreTaken) {
  EXPECT_EQ(read("processes = 4_000").top.config.processes, 4000U);
  EXPECT_EQ(read("deadline = 90").top.config.deadline, 90s);
}

TEST(ConfigFile, FloatsAreTaken) { EXPECT_EQ(read("deadline = 1.5").top.config.deadline, 1500ms); }

TEST(ConfigFile, BooleansAreTaken) {
  EXPECT_EQ(read("as_root = true").top.config.as_root, true);
  EXPECT_EQ(read("private_tmp = false").top.config.private_tmp, false);
}

TEST(ConfigFile, ArraysAreTakenWhereAFlagHasCommas) {
  EXPECT_EQ(read("keep_fds = [3, '17']").top.config.keep_fds, (std::vector{3, 17}));
  EXPECT_EQ(read("keep_fds = '3,17'").top.config.keep_fds, (std::vector{3, 17}));
  EXPECT_EQ(read("keep_paths = ['/tmp/a b', '/tmp/c']").top.config.keep_paths,
            (std::vector<std::string>{"/tmp/a b", "/tmp/c"}));
  EXPECT_EQ(read("keep_fds = []").top.config.keep_fds, std::vector<int>());
}

TEST(ConfigFile, RunOptionsKeepTheirTextPlaceAndOrder) {
  const auto options = read("require = true\n\njobs =  8\n").top.run_options;
  ASSERT_EQ(options.size(), 2U);
  EXPECT_EQ(options[0].name, "require");
  EXPECT_EQ(options[0].text, "true");
  EXPECT_EQ(options[1].name, "jobs");
  EXPECT_EQ(options[1].text, "8");
  EXPECT_EQ(options[1].place.line, 3U);
  EXPECT_EQ(options[1].place.column, 9U);
}

TEST(ConfigFile, ProfilesHoldTheSameKeys) {
  const ConfigFile file = read(R"(
memory = "1M"
[profile.ci]
memory = "2M"
jobs = 2
[profile.nightly]
deadline = "1h"
)");
  EXPECT_EQ(file.top.config.memory, 1_MiB);
  ASSERT_EQ(file.profiles.size(), 2U);
  EXPECT_EQ(file.profiles.at("ci").config.memory, 2_MiB);
  EXPECT_EQ(file.profiles.at("ci").run_options.size(), 1U);
  EXPECT_EQ(file.profiles.at("nightly").config.deadline, 60min);
}

TEST(ConfigFile, OverridesAreKeptInOrder) {
  const auto overrides = read(R"(
[[override]]
filter = "A.*"
memory = "1M"
[[override]]
memory = "2M"
filter = "B.*"
)")
                             .top.overrides;
  ASSERT_EQ(overrides.size(), 2U);
  EXPECT_TRUE(overrides[0].tests.matches("A.x"));
  EXPECT_EQ(overrides[0].config.memory, 1_MiB);
  EXPECT_TRUE(overrides[1].tests.matches("B.x"));
  EXPECT_FALSE(overrides[1].tests.matches("A.x"));
  EXPECT_EQ(overrides[1].config.memory, 2_MiB);
}

TEST(ConfigFile, AProfileHasOverridesOfItsOwn) {
  const ConfigFile file = read("[[profile.ci.override]]\nfilter = 'A.*'\nmemory = '1M'");
  EXPECT_TRUE(file.top.overrides.empty());
  EXPECT_EQ(file.profiles.at("ci").overrides.size(), 1U);
}

struct Wrong {
  std::string_view text;
  std::string error;
};
class ConfigFileError : public testing::TestWithParam<Wrong> {};

TEST_P(ConfigFileError, IsOneSentenceWithItsPlace) {
  EXPECT_EQ(error_of(GetParam().text), GetParam().error);
}

const Wrong kWrong[] = {
    {"\n\nmemroy = '1M'", "c.toml:3:1: there is no setting 'memroy'; did you mean 'memory'?"},
    {"job = 1", "c.toml:1:1: there is no setting 'job'; did you mean 'jobs'?"},
    {"[profil.ci]", "c.toml:1:2: there is no setting 'profil'; did you mean 'profile'?"},
    {"[[overide]]", "c.toml:1:3: there is no setting 'overide'; did you mean 'override'?"},
    {"colour = 1", "c.toml:1:1: there is no setting 'colour'; there are " + std::string(kAll) +
                       ", jobs, require, override, service, profile"},
    {"[profile.ci]\ncolour = 1", "c.toml:2:1: there is no setting 'colour'; there are " +
                                     std::string(kAll) + ", jobs, require, override, service"},
    {"[profile.ci.profile.x]", "c.toml:1:13: there is no setting 'profile'; there are " +
                                   std::string(kAll) + ", jobs, require, override, service"},
    {"[[override]]\nfilter = '*'\ncolour = 1",
     "c.toml:3:1: there is no setting 'colour'; there are " + std::string(kAll) +
         ", filter, optional"},
    {"[[override]]\nfilter = '*'\njobs = 1",
     "c.toml:3:1: 'jobs' is for the whole run; an override takes settings of tests"},
    {"[[override]]\nmemory = '1M'",
     "c.toml:1:1: this override has no filter; it takes a filter of test names such as "
     "'StorageTest.*'"},
    {"[[override]]\nfilter = '*'\noptional = 1",
     "c.toml:3:12: 'optional' holds an integer; it takes true, with which the filter may match no "
     "test, or false"},
    {"[[override]]\nfilter = 1",
     "c.toml:2:10: 'filter' holds an integer; it takes a filter of test names such as "
     "'StorageTest.*'"},
    {"override = 'A.*'",
     "c.toml:1:12: 'override' holds a string; it takes tables, each written [[override]]"},
    {"[override]\nfilter = '*'",
     "c.toml:1:1: 'override' holds a table; it takes tables, each written [[override]]"},
    {"override = [1]",
     "c.toml:1:13: 'override' holds an integer; it takes tables, each written [[override]]"},
    {"profile = 'ci'",
     "c.toml:1:11: 'profile' holds a string; it takes tables, each written [profile.NAME]"},
    {"[profile]\nci = true",
     "c.toml:2:6: 'profile' holds a boolean; it takes tables, each written [profile.NAME]"},
    {"memory = 'lots'",
     "c.toml:1:10: the setting 'memory' has the value 'lots'; it takes a size such as 512K, 64M or "
     "1GiB, at most 9e18, or 'none'"},
    {"processes = -1",
     "c.toml:1:13: the setting 'processes' has the value '-1'; it takes a whole number from 1 to "
     "4194304"},
    {"deadline = inf",
     "c.toml:1:12: the setting 'deadline' has the value 'inf'; it takes a time such as 250ms, 90s, "
     "2m or 1h, at most 1e9s, or 'none'"},
    {"[profile.ci]\nnetwork = 'wifi'",
     "c.toml:2:11: the setting 'network' has the value 'wifi'; it takes none, loopback or host"},
    {"[[override]]\nfilter = '*'\nnetwork = true",
     "c.toml:3:11: the setting 'network' has the value 'true'; it takes none, loopback or host"},
    {"hostname = ['a', 'b']",
     "c.toml:1:12: 'hostname' holds an array; it takes 1 to 64 characters"},
    {"hostname = 1979-05-27",
     "c.toml:1:12: 'hostname' holds a date or time; it takes 1 to 64 characters"},
    {"[hostname]\nx = 1", "c.toml:1:1: 'hostname' holds a table; it takes 1 to 64 characters"},
    {"keep_failed = 3",
     "c.toml:1:15: 'keep_failed' holds an integer; it takes a directory, or 'none'"},
    {"inputs = [1]",
     "c.toml:1:11: 'inputs' holds an integer; it takes paths or patterns such as testdata/**, "
     "separated by commas"},
    {"outputs = ['']",
     "c.toml:1:12: 'outputs' holds ''; a value in an array is not empty and has no comma, which "
     "would separate two"},
    {"files_in = ['/a,/b']",
     "c.toml:1:13: 'files_in' holds '/a,/b'; a value in an array is not empty and has no comma, "
     "which would separate two"},
    {"keep_fds = [3, 4.5]",
     "c.toml:1:16: 'keep_fds' holds a float; it takes descriptor numbers from 3, separated by "
     "commas"},
    {"keep_fds = [3, 2]",
     "c.toml:1:12: the setting 'keep_fds' has the value '3,2'; it takes descriptor numbers from 3, "
     "separated by commas"},
    {"jobs = [1]", "c.toml:1:8: 'jobs' holds an array; it takes a string, a number, true or false"},
    // Of two, the first in the file.
    {"zoo = 1\nant = 1", "c.toml:1:1: there is no setting 'zoo'; there are " + std::string(kAll) +
                             ", jobs, require, override, service, profile"},
};
INSTANTIATE_TEST_SUITE_P(Each, ConfigFileError, testing::ValuesIn(kWrong));

// The words behind the colon are toml++'s, and differ between its versions.
TEST(ConfigFile, WhatIsNoTomlIsAnError) {
  EXPECT_TRUE(
      error_of("memory = '1M'\n[profile.ci\n").starts_with("c.toml:2:12: this is not TOML: "))
      << error_of("memory = '1M'\n[profile.ci\n");
}

TEST(ConfigFile, AValueWithoutQuotesIsAnErrorThatSaysSo) {
  EXPECT_TRUE(error_of("\nmemory = 64M")
                  .starts_with("c.toml:2:12: this is not TOML, in which a text such as \"64M\" "
                               "stands in quotes: "))
      << error_of("\nmemory = 64M");
  EXPECT_TRUE(error_of("network = host")
                  .starts_with("c.toml:1:11: this is not TOML, in which a text such as \"64M\" "
                               "stands in quotes: "))
      << error_of("network = host");
}

// At these toml++ 3.3 aborts or goes astray by itself.
TEST(ConfigFile, AHeaderWithoutANameIsAnError) {
  EXPECT_TRUE(error_of("[[ = 1").starts_with("c.toml:1:4: this is not TOML")) << error_of("[[ = 1");
}
TEST(ConfigFile, ALetterBeyondAsciiIsAnErrorWhereItMayNotBe) {
  EXPECT_TRUE(error_of("\xC3\xA9t\xC3\xA9 = 1").starts_with("c.toml:1:1: this is not TOML"))
      << error_of("\xC3\xA9t\xC3\xA9 = 1");
}

TEST(ConfigFile, ThatNestsTooDeepIsAnErrorWithItsPlace) {
  std::string text = "jobs = 1\na";
  for (int i = 0; i < 200'000; ++i) text += ".a";
  EXPECT_EQ(error_of(text + " = 1"),
            "c.toml:2:32: this nests too deep; a dotted key has at most 16 names, and at most 16 "
            "brackets are open at once");
}

TEST(ConfigFile, InWhichAKeyIsThereTwiceIsAnErrorThatSaysSo) {
  for (const auto& [text, place] : {std::pair("jobs = 1\njobs = 2", "2:8"),
                                    {"[profile.ci]\n[profile.ci]", "2:1"},
                                    {"[override]\n[[override]]", "2:1"},
                                    {"profile = { ci = {}, ci = {} }", "1:27"}}) {
    const std::string error = error_of(text);
    EXPECT_EQ(error.find(std::string("c.toml:") + place + ": this is set a second time"), 0U)
        << error;
    EXPECT_EQ(error.find("not TOML"), std::string::npos) << error;
  }
}

}  // namespace
}  // namespace cloister
