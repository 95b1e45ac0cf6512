#include "selftests/support/lane.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>

namespace cloister::selftests {
namespace {

struct Expected {
  const char* lane;
  const char* lines;
};

// One entry per file of selftests/lanes/expected/.
constexpr Expected kExpected[] = {
#include "lanes_expected.inc"
};

[[noreturn]] void give_up(const std::string& why) {
  fprintf(stderr, "lane: %s\n", why.c_str());
  abort();
}

std::string guess() {
  if (geteuid() != 0) return "user_without_cgroups";
  return access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0 ? "root_v2" : "root_v1";
}

std::map<std::string, bool, std::less<>> read_table() {
  const auto* const expected =
      std::ranges::find_if(kExpected, [](const Expected& each) { return each.lane == lane(); });
  if (expected == std::end(kExpected))
    give_up("there is no selftests/lanes/expected/" + lane() + ".txt");
  std::map<std::string, bool, std::less<>> table;
  std::istringstream lines(expected->lines);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#') continue;
    const std::size_t colon = line.find(": ");
    const std::string answer = colon == std::string::npos ? "" : line.substr(colon + 2);
    if (answer != "yes" && answer != "no") give_up(lane() + ".txt has the line '" + line + "'");
    table[line.substr(0, colon)] = answer == "yes";
  }
  return table;
}

}  // namespace

const std::string& lane() {
  static const std::string name = [] {
    const char* set = getenv("CLOISTER_LANE");
    return set != nullptr ? std::string(set) : guess();
  }();
  return name;
}

const std::map<std::string, bool, std::less<>>& lane_table() {
  static const auto table = read_table();
  return table;
}

bool lane_gives(std::string_view facility) {
  const auto found = lane_table().find(facility);
  if (found == lane_table().end())
    give_up(lane() + ".txt has no line for '" + std::string(facility) + "'");
  return found->second;
}

std::map<std::string, bool, std::less<>> lane_defaults() {
  auto defaults = lane_table();
  for (const char* on_request : {"soft memory cap", "CPU cap", "CPU set", "I/O cap",
                                 "time namespace", "re-use of networks", "audit"})
    defaults.erase(on_request);
  return defaults;
}

std::map<std::string, bool, std::less<>> lane_notes() {
  auto notes = lane_defaults();
  for (const char* backstop : {"memory cap", "process cap"}) notes.erase(backstop);
  return notes;
}

bool lane_gives_a_whole_cell() {
  return std::ranges::all_of(lane_defaults(), [](const auto& line) { return line.second; });
}

}  // namespace cloister::selftests
