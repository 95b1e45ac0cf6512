// `cloister audit`, the settings that it prints, and what an audit says of tests that fail.
#include <fstream>
#include <nlohmann/json.hpp>

#include "selftests/adapters/command/run/cloister_run.h"
#include "selftests/support/disk_directory.h"
#include "selftests/support/lane.h"

namespace cloister::selftests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class RunAudit : public testing::Test {
 protected:
  RunAudit() {
    fs::create_directories(place_ / "data");
    fs::create_directories(place_ / "empty");
    fs::create_directories(place_ / "results");
    put("data/words", "words");
    put("data/more", "more");
    put("log", "first\n");
    put("old", "old");
  }

  void put(const std::string& name, std::string_view text) const {
    std::ofstream(place_ / name) << text;
  }
  std::string text_of(const std::string& name) const {
    std::ifstream in(place_ / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  Ended command(std::vector<std::string> words) const {
    words.insert(words.begin(), cloister_command());
    return program(std::move(words));
  }
  Ended program(std::vector<std::string> words) const {
    Program program{std::move(words)};
    program.directory = place_;
    return run(program);
  }
  // Does not change the directory.
  Ended audit(std::vector<std::string> words, const char* guest = "tests_auditing") const {
    words.insert(words.begin(), {"audit", "--files=discard", "--filter=Uses*"});
    words.push_back(tool(guest));
    return command(std::move(words));
  }
  // The audit's settings and no others.
  Ended declared(const std::vector<std::string>& more) const {
    std::vector<std::string> words = {"run", "--config", "cloister.toml"};
    words.insert(words.end(), more.begin(), more.end());
    words.push_back(tool("tests_auditing"));
    return command(std::move(words));
  }

  const DiskDirectory directory_{"cloister-audit-XXXXXX"};
  const fs::path& place_ = directory_.path();
};

TEST_F(RunAudit, TellsWhatEachTestUsed) {
  if (!lane_gives("audit")) return;
  const Ended ended = audit({"-j2"});
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("12 passed"));
  EXPECT_THAT(ended.out, HasSubstr("inputs outside of the system's directories:\n"
                                   "  data  (Uses.ListsADirectory)\n"
                                   "  data/more  (Uses.GoesIntoADirectory, Uses.ExecutesAProgram)\n"
                                   "  data/words  (Uses.ReadsAFile)\n"
                                   "  log  (Uses.AddsToALog)\n"
                                   "  old  (Uses.RemovesAFile)\n"
                                   "programs executed:\n"));
  EXPECT_THAT(ended.out, HasSubstr("  /usr/bin/cat  (Uses.ExecutesAProgram)\n"));
  EXPECT_THAT(ended.out, HasSubstr("addresses called:\n  127.0.0.1:6379  (Uses.CallsAnAddress)\n"));
  EXPECT_THAT(ended.out, HasSubstr("written:\n"
                                   "  log  (Uses.AddsToALog)\n"
                                   "  old  (Uses.RemovesAFile)\n"
                                   "  own  (Uses.ReadsWhatItWrote)\n"
                                   "  results/new  (Uses.RenamesWhatItWrote)\n"
                                   "  results/new.part  (Uses.RenamesWhatItWrote)\n"
                                   "  server.sock  (Uses.ListensOnASocketInADirectory)\n"));
  EXPECT_THAT(ended.out, Not(HasSubstr("of_its_own")));
  EXPECT_THAT(ended.out, HasSubstr("not seen: variables of the environment"));
}

TEST_F(RunAudit, TellsTheSameOfALinkedProgram) {
  if (!lane_gives("audit")) return;
  const Ended plain = audit({"--toml"});
  const Ended linked = audit({"--toml"}, "tests_auditing_linked");
  EXPECT_EQ(linked.status, 0) << linked.err;
  EXPECT_EQ(linked.out, plain.out);
}

TEST_F(RunAudit, PrintsTheSettingsWithWhichDeclaredHolds) {
  if (!lane_gives("audit")) return;
  const Ended settings = audit({"--toml"});
  EXPECT_EQ(settings.out,
            "files = \"declared\"\n"
            "inputs = [\n  \"data\",\n  \"empty\",\n  \"log\",\n  \"old\",\n]\n"
            "outputs = [\n  \"log\",\n  \"old\",\n  \"own\",\n  \"results/new\",\n"
            "  \"results/new.part\",\n  \"server.sock\",\n]\n");
  put("cloister.toml", settings.out);
  put("undeclared", "of nobody's");
  const Ended ended = declared({"--filter=Uses*"});
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  EXPECT_EQ(text_of("log"), "first\nsecond\n");
  EXPECT_EQ(text_of("results/new"), "result");
  EXPECT_FALSE(fs::exists(place_ / "old"));
  EXPECT_FALSE(fs::exists(place_ / "results/new.part"));
  EXPECT_EQ(text_of("undeclared"), "of nobody's");
}

TEST_F(RunAudit, PrintsJsonTestByTest) {
  if (!lane_gives("audit")) return;
  const Ended ended = audit({"--json", "--test=Uses.ReadsAFile"});
  const auto json = nlohmann::json::parse(ended.out);
  ASSERT_EQ(json["tests"].size(), 1U) << ended.out;
  EXPECT_EQ(json["tests"][0]["name"], "Uses.ReadsAFile");
  EXPECT_THAT(json["inputs"], testing::ElementsAre("data/words"));
}

TEST_F(RunAudit, TomlAndJsonAtOnceAreRefused) {
  const Ended ended = audit({"--json", "--toml"});
  EXPECT_EQ(ended.status, 2);
  EXPECT_THAT(ended.err, HasSubstr("give one of them"));
}

TEST_F(RunAudit, ATestThatFailsUndeclaredIsToldWhatItAskedFor) {
  if (!lane_gives("audit")) return;
  put("cloister.toml", "files = \"declared\"\ninputs = [\"data/words\"]\n");
  EXPECT_EQ(declared({"--filter=Uses.ReadsAFile"}).status, 0);
  const Ended into = declared({"--filter=Uses.GoesIntoADirectory"});
  EXPECT_EQ(into.status, 1);
  EXPECT_THAT(into.out,
              HasSubstr("cloister: note: it asked for '" + (place_ / "data/more").string() +
                        "', which it does not declare"));
  const Ended writes = declared({"--filter=Uses.ReadsWhatItWrote"});
  EXPECT_EQ(writes.status, 1);
  EXPECT_THAT(writes.out, HasSubstr("it asked for '" + (place_ / "own").string()));
  EXPECT_FALSE(fs::exists(place_ / "own"));
}

TEST_F(RunAudit, NobodyLooksWhereThatIsSwitchedOff) {
  if (!lane_gives("mount namespace")) return;
  put("cloister.toml", "files = \"declared\"\naudit = false\n");
  const Ended ended = declared({"--filter=Uses.ReadsAFile"});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.out, Not(HasSubstr("it asked for")));
}

TEST_F(RunAudit, PatternsSelectInputsAndOutputs) {
  if (!lane_gives("mount namespace")) return;
  put("cloister.toml", "files = \"declared\"\ninputs = [\"**/m*e\"]\noutputs = [\"results/*\"]\n");
  const Ended ended = declared({"--filter=Uses.GoesIntoADirectory:Uses.RenamesWhatItWrote"});
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  EXPECT_EQ(text_of("results/new"), "result");
}

TEST_F(RunAudit, WhatIsOnlyMountedInADirectoryOfOutputsIsNotPutInPlace) {
  if (!lane_gives("mount namespace")) return;
  fs::copy_file(tool("tests_auditing"), place_ / "program");
  fs::permissions(place_ / "data", fs::perms::owner_all);
  fs::permissions(place_ / "empty", fs::perms::owner_all);
  put("cloister.toml", "files = \"declared\"\ninputs = [\"data/words\"]\noutputs = [\"**\"]\n");
  const Ended ended =
      command({"run", "--config", "cloister.toml", "--keep-failed=kept",
               "--filter=Uses.ReadsAFile:Uses.ReadsWhatItWrote:Fails*", "./program"});
  EXPECT_THAT(ended.out, HasSubstr("2 passed, 1 failed"));
  EXPECT_EQ(text_of("data/words"), "words");
  EXPECT_EQ(text_of("data/more"), "more");
  EXPECT_EQ(text_of("own"), "own");
  EXPECT_EQ(fs::status(place_ / "data").permissions(), fs::perms::owner_all);
  Program below{{cloister_command(), "run", "--config", "../cloister.toml",
                 "--filter=Uses.ReadsWhatItWrote", "../program"}};
  below.directory = place_ / "empty";
  EXPECT_EQ(run(below).status, 0);
  EXPECT_EQ(text_of("empty/own"), "own");
  EXPECT_EQ(fs::status(place_ / "empty").permissions(), fs::perms::owner_all);
  EXPECT_EQ(fs::file_size(place_ / "program"), fs::file_size(tool("tests_auditing")));
  const fs::path saved = place_ / "kept/Fails.HavingWrittenAFile";
  EXPECT_TRUE(fs::exists(saved / place_.relative_path() / "trace"));
  EXPECT_FALSE(fs::exists(saved / place_.relative_path() / "program"));
}

TEST_F(RunAudit, OddNamesAreSettingsThatHold) {
  if (!lane_gives("audit")) return;
  const Ended settings =
      command({"audit", "--toml", "--files=discard", "--filter=Odd.*", tool("tests_auditing")});
  EXPECT_EQ(settings.status, 0) << settings.err;
  put("cloister.toml", settings.out);
  const Ended ended = declared({"--filter=Odd.*"});
  EXPECT_EQ(ended.status, 0) << settings.out << ended.out << ended.err;
  for (const char* name : {"quo\"te\\back\nline", "com,ma", "bytes\xff\xfe", "star*[1]?"})
    EXPECT_EQ(text_of(name), "odd") << name;
}

TEST_F(RunAudit, ManyOutputsBesideTheProgramAreNamedOneByOne) {
  if (!lane_gives("audit")) return;
  put("cloister.toml", "");
  const Ended ended =
      command({"audit", "--toml", "--files=discard", "--filter=Many.*", tool("tests_auditing")});
  EXPECT_THAT(ended.out, HasSubstr("outputs = [\n  \"many\",\n  \"out0\",\n  \"out1\",\n"));
}

TEST_F(RunAudit, InitKeepsNoDescriptorOfWhatIsCopiedForTheGuest) {
  if (!lane_gives("mount namespace")) return;
  const Ended ended = command({"exec", "-q", "--files=declared", "--inputs=log", "--outputs=log",
                               "--", "ls", "/proc/1/fd"});
  EXPECT_EQ(ended.out, "3\n") << ended.err;
}

// The host's directory holds more than the test has seen of it.
TEST_F(RunAudit, ATestWhoseOutputCannotBePutInPlaceFails) {
  if (!lane_gives("mount namespace")) return;
  put("results/kept", "kept");
  put("cloister.toml", "files = \"declared\"\noutputs = [\"results\"]\n");
  const std::string words =
      "Replaces.ADirectoryByAFile: what it wrote could not be put in place: '" +
      (place_ / "results").string() + "': Is a directory (EISDIR)";
  const Ended ended = declared({"--filter=Replaces*"});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.out, HasSubstr("0 passed, 1 failed"));
  EXPECT_THAT(ended.out, HasSubstr("cloister: " + words));
  const Ended linked = program({tool("tests_auditing_linked"), "--cloister_files=declared",
                                "--cloister_outputs=results", "--gtest_filter=Replaces*"});
  EXPECT_EQ(linked.status, 1);
  EXPECT_THAT(linked.out, HasSubstr("cloister: " + words));
  EXPECT_THAT(linked.out, HasSubstr("[  FAILED  ] Replaces.ADirectoryByAFile"));
  const Ended executed = command({"exec", "--files=declared", "--outputs=results", "--", "sh", "-c",
                                  "rmdir results && echo > results"});
  EXPECT_EQ(executed.status, 125);
  EXPECT_THAT(executed.err,
              HasSubstr("cloister exec: sh: what it wrote could not be put in place"));
  EXPECT_EQ(text_of("results/kept"), "kept");
}

TEST_F(RunAudit, ATestIsToldWhatItWroteBesideItsOutputs) {
  if (!lane_gives("mount namespace")) return;
  put("cloister.toml", "files = \"declared\"\noutputs = [\"other\"]\n");
  const std::string words = "cloister: note: Uses.ReadsWhatItWrote: its changes to '" +
                            (place_ / "own").string() +
                            "' were thrown away: not declared as outputs";
  EXPECT_THAT(declared({"--filter=Uses.ReadsWhatItWrote"}).err, HasSubstr(words));
  const Ended linked =
      program({tool("tests_auditing_linked"), "--cloister_files=declared",
               "--cloister_outputs=other", "--gtest_filter=Uses.ReadsWhatItWrote"});
  EXPECT_THAT(linked.err, HasSubstr(words));
  EXPECT_EQ(linked.status, 0);
}

TEST_F(RunAudit, AnInputThatIsNotThereIsAnError) {
  put("cloister.toml", "files = \"declared\"\ninputs = [\"dato/**\"]\n");
  const Ended ended = declared({"--filter=Uses.ReadsAFile"});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.out, HasSubstr("dato/**' (inputs): there is no such file"));
}

TEST_F(RunAudit, AFailedTestIsToldWhoElseUsedItsFiles) {
  if (!lane_gives("audit")) return;
  const Ended ended =
      command({"run", "-j2", "--files=host", "--audit", "--filter=Meets*", tool("tests_auditing")});
  EXPECT_EQ(ended.status, 1);
  const std::string words = "it wrote to '" + (place_ / "shared").string() +
                            "' while Meets.ReadsForASecond, which read it, was running; ";
  EXPECT_THAT(ended.out, HasSubstr("cloister: note: " + words + "--files=keep gives each its own"));
  const Ended linked =
      program({tool("tests_auditing_linked"), "--cloister_jobs=2", "--cloister_files=host",
               "--cloister_audit", "--gtest_filter=Meets*"});
  EXPECT_THAT(linked.err, HasSubstr("cloister: note: Meets.WritesForASecond: " + words));
}

TEST_F(RunAudit, ViewsOfTheirOwnDoNotMeet) {
  if (!lane_gives("audit") || !lane_gives("own view of files")) return;
  const Ended ended = command({"run", "-j2", "--audit", "--filter=Meets*", tool("tests_auditing")});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.out, Not(HasSubstr("while Meets")));
}

TEST_F(RunAudit, ReadOnlyFilesAreNamedThatATestWasToWrite) {
  if (!lane_gives("audit")) return;
  const Ended ended = command(
      {"run", "--files=readonly", "--filter=Uses.ReadsWhatItWrote", tool("tests_auditing")});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.out, HasSubstr("cloister: note: it tried to write to '" +
                                   (place_ / "own").string() + "', which is read-only (--files)"));
}

TEST_F(RunAudit, WhatAFailedTestWroteIsSaved) {
  if (!lane_gives("own view of files")) return;
  const std::string saved = "kept/Fails.HavingWrittenAFile" + (place_ / "trace").string();
  const std::vector<std::string> words = {"run", "--files=discard", "--keep-failed=kept",
                                          "--filter=Fails*:Uses.ReadsWhatItWrote",
                                          tool("tests_auditing")};
  const Ended ended = command(words);
  EXPECT_EQ(ended.status, 1) << ended.err;
  EXPECT_EQ(text_of(saved), "trace");
  EXPECT_FALSE(fs::exists(place_ / "trace"));
  EXPECT_FALSE(fs::exists(place_ / "kept/Uses.ReadsWhatItWrote"));
  put("kept/Fails.HavingWrittenAFile/before", "of a run before");
  command(words);
  EXPECT_FALSE(fs::exists(place_ / "kept/Fails.HavingWrittenAFile/before"));
  fs::remove_all(place_ / "kept");
  program({tool("tests_auditing_linked"), "--cloister_files=discard", "--cloister_keep_failed=kept",
           "--gtest_filter=Fails*:Uses.ReadsWhatItWrote"});
  EXPECT_EQ(text_of(saved), "trace");
  EXPECT_FALSE(fs::exists(place_ / "kept/Uses.ReadsWhatItWrote"));
}

TEST_F(RunAudit, WhatIsThereAndWasNotSavedByARunStays) {
  if (!lane_gives("own view of files")) return;
  fs::create_directories(place_ / "kept/Fails.HavingWrittenAFile");
  put("kept/Fails.HavingWrittenAFile/mine", "mine");
  fs::create_directory_symlink("data", place_ / "linked");
  for (const std::string keep_failed : {"kept", "linked"}) {
    if (keep_failed == "linked")
      fs::create_directory_symlink("../data", place_ / "data/Fails.HavingWrittenAFile");
    const Ended ended = command({"run", "--files=discard", "--keep-failed=" + keep_failed,
                                 "--filter=Fails*", tool("tests_auditing")});
    EXPECT_THAT(ended.err, HasSubstr("something else is there; name another directory"));
  }
  EXPECT_EQ(text_of("kept/Fails.HavingWrittenAFile/mine"), "mine");
  EXPECT_EQ(text_of("data/words"), "words");
}

TEST_F(RunAudit, OfTwoProgramsWithTheSameTestBothAreSaved) {
  if (!lane_gives("own view of files")) return;
  fs::copy_file(tool("tests_auditing"), place_ / "other");
  command({"run", "--files=discard", "--keep-failed=kept", "--filter=Fails*",
           tool("tests_auditing"), "./other"});
  for (const std::string program : {"tests_auditing", "other"}) {
    EXPECT_EQ(
        text_of("kept/" + program + "/Fails.HavingWrittenAFile" + (place_ / "trace").string()),
        "trace");
  }
}

TEST_F(RunAudit, WhatCannotBeSavedIsANote) {
  if (!lane_gives("own view of files")) return;
  put("file", "in the way");
  const Ended ended = command({"run", "--files=discard", "--keep-failed=file/kept",
                               "--filter=Fails*", tool("tests_auditing")});
  EXPECT_THAT(ended.err, HasSubstr("cloister: note: Fails.HavingWrittenAFile: cannot save what a "
                                   "failed test wrote in '"));
  EXPECT_THAT(ended.err, HasSubstr("Not a directory (ENOTDIR); name a directory in which files "
                                   "can be made (--keep-failed)"));
}

TEST_F(RunAudit, IsInTheLedgerOfALinkedProgram) {
  if (!lane_gives("audit")) return;
  program({tool("tests_auditing_linked"), "--cloister_audit", "--cloister_ledger",
           "--gtest_filter=Uses.ReadsAFile", "--gtest_output=xml:report.xml"});
  EXPECT_THAT(text_of("report.xml"), HasSubstr("name=\"cloister_read\" value=\"" +
                                               (place_ / "data/words").string() + "\""));
}

TEST_F(RunAudit, IsInTheJUnitReportOfACommandWithWhatWasChanged) {
  if (!lane_gives("audit") || !lane_gives("own view of files")) return;
  command({"run", "--audit", "--files=discard", "--filter=Uses.AddsToALog", "--junit=report.xml",
           tool("tests_auditing")});
  const std::string log = (place_ / "log").string();
  EXPECT_THAT(
      text_of("report.xml"),
      HasSubstr("<property name=\"cloister_files\" value=\"changed '" + log + "' (13 bytes)\" />"));
  EXPECT_THAT(text_of("report.xml"),
              HasSubstr("<property name=\"cloister_read\" value=\"" + log + "\" />"));
}

TEST_F(RunAudit, ReusedNetworksAreRefused) {
  const Ended ended = command(
      {"run", "--audit", "--reuse-network", "--filter=Uses.ReadsAFile", tool("tests_auditing")});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.out, HasSubstr("leave out one of audit and reuse_network"));
}

}  // namespace
}  // namespace cloister::selftests
