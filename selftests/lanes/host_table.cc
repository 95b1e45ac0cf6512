// What this host gives to a cell, one line per facility, and whether that is what is written down
// for the lane it runs in: exits 1 with the differences when not.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <set>
#include <string>

#include "framework/host/probe.h"
#include "framework/kernel/single_threaded_fork.h"
#include "selftests/support/lane.h"

namespace cloister::selftests {
namespace {

std::string_view word(bool given) { return given ? "yes" : "no"; }

// The lines of the expected file that differ from this host, as many as are printed.
int differences(const HostFacts& facts) {
  int count = 0;
  std::set<std::string, std::less<>> known;
  for (const FacilityInfo& info : facilities()) {
    const Facility facility = info.facility;
    const std::string_view name = facility_name(facility);
    known.emplace(name);
    const auto line = lane_table().find(name);
    if (line != lane_table().end() && line->second == facts.has(facility)) continue;
    fmt::print("DIFFERENT {}: {}.txt says '{}', this host '{}'\n", name, lane(),
               line == lane_table().end() ? "nothing" : word(line->second),
               word(facts.has(facility)));
    ++count;
  }
  for (const auto& [name, given] : lane_table()) {
    if (known.contains(name)) continue;
    fmt::print("DIFFERENT {}: {}.txt has it, and Cloister no such facility\n", name, lane());
    ++count;
  }
  return count;
}

int print_table() {
  const Host host = open_host(ProbeDepth::kEverything);
  fmt::print("lane {}\n", lane());
  for (const FacilityInfo& info : facilities()) {
    const Facility facility = info.facility;
    const Loss* loss = host.facts.loss_of(facility);
    fmt::print("{}: {}{}\n", facility_name(facility), word(loss == nullptr),
               loss == nullptr ? "" : fmt::format(" ({}; {})", loss->why, loss->cure));
  }
  return differences(host.facts) == 0 ? 0 : 1;
}

}  // namespace
}  // namespace cloister::selftests

// In a fork: making cells changes a process for good.
int main() {
  const pid_t pid = cloister::single_threaded_fork();
  if (pid == 0) {
    const int status = cloister::selftests::print_table();
    fflush(stdout);
    _exit(status);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
