// bench [--quick] [--tests N] [--write SOURCES] [GROUP...]: measures what cells cost beside the
// kernel's own price and beside how others run tests, and prints the table of docs/BENCHMARKS.md;
// --write renews that page. --tests is for machines on which 1,000 tests a run take too long.
// --quick is to see that every row runs: few tests, one round. Status 1 when a row does not run,
// whatever the figures say.
#include <fmt/format.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <fstream>

#include "benchmarks/groups.h"
#include "benchmarks/machine.h"
#include "benchmarks/page.h"

namespace cloister::benchmarks {
namespace {

constexpr const char* kUsage =
    "usage: bench [--quick | --tests N] [--write SOURCES] [GROUP...]\n"
    "N is 100 to 1000; groups: trivial, memory, set_up, growth, mounts, waiting, files; without "
    "one, all\n";
constexpr std::string_view kGroups[] = {"trivial", "memory",  "set_up", "growth",
                                        "mounts",  "waiting", "files"};

struct Options {
  bool quick = false;
  int tests = 0;        // of a run; 0 is as many as there should be
  std::string sources;  // to write to, or none
  std::vector<std::string> groups;
};

bool parse(const std::vector<std::string>& words, Options& options) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--quick") {
      options.quick = true;
    } else if (words[i] == "--write" && i + 1 < words.size()) {
      options.sources = words[++i];
    } else if (words[i] == "--tests" && i + 1 < words.size()) {
      options.tests = atoi(words[++i].c_str());
      if (options.tests < 100 || options.tests > 1000) return false;
    } else if (std::ranges::find(kGroups, words[i]) == std::end(kGroups)) {
      return false;
    } else {
      options.groups.push_back(words[i]);
    }
  }
  return options.sources.empty() || (!options.quick && options.groups.empty());
}

Sizes sizes_of(const Options& options) {
  if (options.quick) return kQuick;
  Sizes sizes;
  if (options.tests == 0) return sizes;
  sizes.tests = options.tests;
  sizes.many_tests = 10 * sizes.tests;
  sizes.fewer_tests = std::min(sizes.fewer_tests, sizes.tests / 4);
  sizes.waiting_tests = sizes.spinning_tests = std::min(sizes.waiting_tests, sizes.tests);
  return sizes;
}

struct Table {
  std::string text = table_head();
  int refused = 0;
};

// Stops where the user interrupts.
Table fill_table(Runner& runner, const std::vector<Group>& groups, const Options& options,
                 int rounds) {
  Table table;
  for (const Group& group : groups) {
    const auto& wanted = options.groups;
    if (!wanted.empty() && std::ranges::find(wanted, group.name) == wanted.end()) continue;
    const Measured measured = measure(runner, group.candidates, rounds * group.rounds);
    if (runner.interrupted() != 0) break;
    for (const Row& row : group.rows) {
      const Figure figure = figure_of(row, measured);
      table.text += table_line(row, figure);
      table.refused += figure.refused.empty() || !row.not_here.empty() ? 0 : 1;
    }
  }
  return table;
}

bool write_page(const std::string& sources, const Conditions& conditions,
                const std::string& table) {
  const std::filesystem::path file = std::filesystem::path(sources) / "docs/BENCHMARKS.md";
  std::ofstream out(file);
  out << page(conditions, table);
  out.close();
  if (!out) fprintf(stderr, "bench: cannot write '%s'\n", file.c_str());
  return !out.fail();
}

// The status, or minus the signal that interrupted.
int run(const Options& options) {
  Runner runner;
  const Setting setting{.sizes = sizes_of(options),
                        .programs = BENCH_PROGRAMS,
                        .place = runner.place(),
                        .disk = runner.place() + "/written",
                        .cgroup_prefix = runner.cgroup_prefix(),
                        .processors = processors()};
  std::filesystem::create_directory(setting.place + "/mounts");
  std::filesystem::create_directory(setting.disk);
  std::filesystem::copy_file(setting.program("ctest_peer/bench_plain"),
                             setting.place + "/bench_plain");
  const Conditions conditions{describe_machine(), busy_share(), setting.sizes};
  const Table table = fill_table(runner, all_groups(setting), options, setting.sizes.rounds);
  if (runner.interrupted() != 0) return -runner.interrupted();
  printf("%s\n\n%s", conditions.machine.c_str(), table.text.c_str());
  if (table.refused > 0) fprintf(stderr, "bench: %d rows cannot run here\n", table.refused);
  if (!options.sources.empty() && !write_page(options.sources, conditions, table.text)) return 1;
  return table.refused == 0 ? 0 : 1;
}

}  // namespace
}  // namespace cloister::benchmarks

int main(int argc, char** argv) {
  cloister::benchmarks::Options options;
  if (!cloister::benchmarks::parse({argv + 1, argv + argc}, options)) {
    fputs(cloister::benchmarks::kUsage, stderr);
    return 2;
  }
  int status = 1;
  try {
    status = cloister::benchmarks::run(options);
  } catch (const std::exception& error) {
    fprintf(stderr, "bench: %s\n", error.what());
  }
  if (status >= 0) return status;
  signal(-status, SIG_DFL);
  raise(-status);
}
