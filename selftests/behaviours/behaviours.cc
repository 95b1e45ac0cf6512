// behaviours [--check | --write] SOURCES: runs guest_hostile as root and as an ordinary user, holds
// what happened to each guest to rows.cc, and prints the table of docs/BEHAVIOURS.md. --check also
// compares the document, --write renews it. Status 0 when all is as expected.
#include <gtest/gtest.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "selftests/behaviours/rows.h"
#include "selftests/support/guests.h"
#include "selftests/support/host_state.h"
#include "selftests/support/lane.h"
#include "selftests/support/run_program.h"
#include "selftests/support/sanitized.h"

namespace cloister::selftests {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

// What one guest may send, 64 MiB, is held as bytes, as messages and as what GoogleTest makes of
// them; a sanitizer keeps what was freed for a while.
constexpr long kMostMemoryMib = kSanitized ? 1024 : 512;
constexpr auto kLongestRun = 120s;
constexpr auto kPatience = 2s;
constexpr std::size_t kFewestNeighbours = 40;

int complaints = 0;

void complain(const std::string& text) {
  fprintf(stderr, "behaviours: %s\n", text.c_str());
  ++complaints;
}

// The first line of the first failure without what differs from run to run.
std::string verdict_of(const nlohmann::json& test, const std::string& name) {
  if (!test.contains("failures")) return kPasses;
  std::string text = test["failures"][0]["failure"];
  text = text.substr(text.find('\n') + 1);  // the file
  text = text.substr(0, text.find('\n'));
  const std::string ours = "cloister: " + name + " ";
  if (text.starts_with(ours)) text = text.substr(ours.size());
  static const std::pair<std::regex, const char*> kMasks[] = {
      {std::regex(R"( \(peak [^)]*\))"), ""},
      {std::regex(R"(asks for: .*)"), "asks for"},
      {std::regex(R"(frame \d+ came where frame \d+)"), "frame N came where frame N"}};
  for (const auto& [pattern, words] : kMasks) text = std::regex_replace(text, pattern, words);
  return text;
}

using Verdicts = std::map<std::string, std::string>;

Verdicts read_verdicts(const std::string& file) {
  Verdicts verdicts;
  std::ifstream in(file);
  const auto report = nlohmann::json::parse(in, nullptr, false);
  if (report.is_discarded()) return verdicts;
  for (const auto& suite : report["testsuites"]) {
    for (const auto& test : suite["testsuite"]) {
      const std::string name =
          suite["name"].get<std::string>() + "." + test["name"].get<std::string>();
      verdicts[name] = verdict_of(test, name);
    }
  }
  return verdicts;
}

// Memory of the keeper, by its own word, and of any process of the run, by the kernel's.
void check_memory(const Ended& ended, const std::string& who) {
  static const std::regex kPeak("the keeper's peak memory: (\\d+) KiB");
  std::smatch found;
  if (!std::regex_search(ended.out, found, kPeak)) {
    return complain(who + ": the keeper did not come to its end: " + ended.err);
  }
  constexpr long kMost = kMostMemoryMib * 1024;
  if (std::stol(found[1]) > kMost || ended.peak_kib > kMost) {
    complain(who + ": a process of the run held more than " + std::to_string(kMostMemoryMib) +
             " MiB; the keeper " + std::string(found[1]) + " KiB");
  }
}

void check_nothing_is_left(const HostState& before, const std::string& who) {
  std::string left;
  holds_within(kPatience, [&] { return (left = left_since(before)).empty(); });
  if (!left.empty()) complain(who + ": is left: " + left);
}

// In a directory of its own, in which nothing but the report may be left.
Verdicts run_guests(const std::string& who, std::vector<std::string> command) {
  const std::string place = scratch("behaviours");
  fs::create_directory(place);
  chmod(place.c_str(), 0777);
  const std::string report = place + "/report.json";
  command.insert(command.end(), {"--cloister_jobs=4", "--gtest_output=json:" + report});
  const HostState before;
  const auto start = std::chrono::steady_clock::now();
  const Ended ended =
      run({.command = std::move(command), .directory = place, .limit = kLongestRun});
  const auto took = std::chrono::steady_clock::now() - start;
  fprintf(stderr, "behaviours: as %s in %.1f s\n", who.c_str(),
          std::chrono::duration<double>(took).count());
  if (ended.status != 1) {
    complain(who + ": the run ended with status " + std::to_string(ended.status) + ", signal " +
             std::to_string(ended.signal));
  }
  check_memory(ended, who);
  check_nothing_is_left(before, who);
  Verdicts verdicts = read_verdicts(report);
  fs::remove(report);
  for (const auto& entry : fs::directory_iterator(place))
    complain(who + ": " + entry.path().filename().string() + " is left in the working directory");
  fs::remove_all(place);
  return verdicts;
}

std::string expected_of(const Row& row, bool has_caps) {
  if (row.held_elsewhere()) return "held by the selftests";
  if (row.needs.empty() || has_caps) return row.verdict;
  return "was not run: cannot give this test the " + row.needs + " it asks for";
}

// Those who die in a set-up take the template of their whole suite along.
constexpr const char* kWithoutTemplate = "DiesIn.";

void check_verdicts(const Verdicts& verdicts, const std::string& who, bool has_caps,
                    bool has_templates = false) {
  Verdicts unknown = verdicts;
  for (const Row& row : rows()) {
    if (row.held_elsewhere() || (has_templates && row.test.starts_with(kWithoutTemplate))) continue;
    const auto found = verdicts.find(row.test);
    const std::string got = found == verdicts.end() ? "there is no such test" : found->second;
    if (got != expected_of(row, has_caps)) {
      complain(who + ": " + row.test + ": " + got + "\n  expected: " + expected_of(row, has_caps));
    }
    unknown.erase(row.test);
  }
  std::size_t neighbours = 0;
  for (const auto& [name, verdict] : unknown) {
    if (name.find(".Neighbour") == std::string::npos) {
      complain(name + " has no row in rows.cc");
    } else if (verdict != kPasses) {
      complain(who + ": the innocent " + name + ": " + verdict);
    } else {
      ++neighbours;
    }
  }
  if (neighbours < kFewestNeighbours)
    complain(who + ": only " + std::to_string(neighbours) + " neighbours passed");
}

// The tests that hold the other rows exist.
void check_names(const fs::path& sources) {
  std::string all;
  for (const auto& entry : fs::recursive_directory_iterator(sources / "selftests")) {
    if (entry.path().extension() == ".cc") all += content_of(entry.path());
  }
  for (const Row& row : rows()) {
    if (!row.held_elsewhere()) continue;
    const std::size_t dot = row.test.find('.');
    const std::string names = "(" + row.test.substr(0, dot) + ", " + row.test.substr(dot + 1) + ")";
    if (all.find("TEST" + names) == std::string::npos &&
        all.find("TEST_F" + names) == std::string::npos &&
        all.find("TEST_P" + names) == std::string::npos) {
      complain("there is no test " + row.test);
    }
  }
}

std::string table() {
  std::ostringstream out;
  out << "| # | behaviour | test | as root | as an ordinary user |\n|---|---|---|---|---|\n";
  for (const Row& row : rows()) {
    out << "| " << row.number << " | " << row.behaviour << " | `" << row.test << "` | ";
    const std::string root = expected_of(row, true);
    const std::string user = expected_of(row, false);
    out << root << " | " << (user == root ? "the same" : user) << " |\n";
  }
  return out.str();
}

// The document with this table in place of its own.
std::string with_table(const std::string& document) {
  const std::size_t begin = document.find("| # |");
  const std::size_t end = document.find("\n\n", begin);
  return begin == std::string::npos || end == std::string::npos
             ? document
             : document.substr(0, begin) + table() + document.substr(end + 1);
}

// Every test a fork of a process in which its suite was set up: docs/SCOPES.md.
void check_with_templates(const std::string& as_user) {
  if (!lane_gives("own view of files")) {
    fprintf(stderr, "behaviours: NOT RUN with templates: this host gives no own view of files\n");
    return;
  }
  for (const std::string scope : {"snapshot", "services"}) {
    const std::vector<std::string> options = {
        "--cloister_scope=" + scope, std::string("--gtest_filter=-") + kWithoutTemplate + "*"};
    const auto check = [&](const std::string& who, std::vector<std::string> command,
                           bool has_caps) {
      command.insert(command.end(), options.begin(), options.end());
      const std::string whole = who + " with scope=" + scope;
      check_verdicts(run_guests(whole, std::move(command)), whole, has_caps, true);
    };
    if (geteuid() == 0) check("root", {guest("hostile")}, lane_gives("memory cap"));
    check("an ordinary user", {as_user, guest("hostile"), "--"},
          geteuid() != 0 && lane_gives("memory cap"));
  }
}

int run_all(const std::string& mode, const fs::path& sources) {
  const std::string as_user = sources / "selftests/as_ordinary_user.sh";
  if (geteuid() == 0) {
    check_verdicts(run_guests("root", {guest("hostile")}), "root", lane_gives("memory cap"));
  } else {
    fprintf(stderr, "behaviours: NOT RUN as root: this is an ordinary user\n");
  }
  check_verdicts(run_guests("an ordinary user", {as_user, guest("hostile"), "--"}),
                 "an ordinary user", geteuid() != 0 && lane_gives("memory cap"));
  check_with_templates(as_user);
  check_names(sources);
  const fs::path file = sources / "docs/BEHAVIOURS.md";
  const std::string document = content_of(file);
  if (mode == "--write") {
    std::ofstream(file) << with_table(document);
  } else if (mode == "--check") {
    if (document.find(table() + "\n") == std::string::npos)
      complain("docs/BEHAVIOURS.md is not as generated: ./dev behaviours --write");
  }
  fputs(table().c_str(), stdout);
  if (complaints > 0) fprintf(stderr, "behaviours: %d complaints\n", complaints);
  return complaints == 0 ? 0 : 1;
}

}  // namespace
}  // namespace cloister::selftests

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const std::string mode = argc > 2 ? argv[1] : "";
  if (argc < 2 || (!mode.empty() && mode != "--check" && mode != "--write")) {
    fprintf(stderr, "usage: behaviours [--check | --write] SOURCES\n");
    return 2;
  }
  return cloister::selftests::run_all(mode, std::filesystem::absolute(argv[argc - 1]));
}
