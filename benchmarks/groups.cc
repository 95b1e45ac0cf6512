#include "benchmarks/groups.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "benchmarks/peers.h"

namespace cloister::benchmarks {
namespace {

constexpr const char* kCap = "1073741824";  // bytes of memory, where both have a cap
const std::string kAtTwo = "--cloister_jobs=2";

Candidate cells(const Setting& setting, std::string name, int tests, std::vector<std::string> flags,
                std::vector<std::string> environment = {}) {
  std::vector<std::string> words = {setting.program("bench_tests"), "--gtest_brief=1"};
  words.insert(words.end(), flags.begin(), flags.end());
  environment.push_back(fmt::format("BENCH_TESTS={}", tests));
  return {.name = std::move(name),
          .command = {std::move(words), std::move(environment)},
          .units = static_cast<double>(tests),
          .proof = fmt::format("[  PASSED  ] {} tests.", tests)};
}

// What the kernel's floor has no views of.
Candidate cells_on_host_files(const Setting& setting, std::string name, int tests,
                              std::vector<std::string> flags) {
  flags.emplace_back("--cloister_files=host");
  return cells(setting, std::move(name), tests, std::move(flags));
}

Candidate floor(const Setting& setting, std::string name, int tests, int in_flight,
                std::vector<std::string> more = {}, const char* program = "bench_floor") {
  std::vector<std::string> words = {setting.program(program), std::to_string(tests),
                                    std::to_string(in_flight), setting.cgroup_prefix};
  words.insert(words.end(), more.begin(), more.end());
  return {.name = std::move(name), .command = {std::move(words)}, .units = double(tests)};
}

Row row_of(const Candidate& one, const Candidate& other, std::optional<Target> target = {}) {
  return {.what = one.name,
          .beside = other.name,
          .cost = {one.name},
          .beside_cost = {other.name},
          .target = target};
}

// What a cell consists of: the namespaces, and a process of the program that runs the test.
Row beside_both(const Candidate& one, const Candidate& kernel, const Candidate& forked) {
  Row row = row_of(one, kernel);
  row.beside += " and a plain fork";
  row.beside_cost.plus = forked.name;
  return row;
}

Candidate plain_forks_at(const Setting& setting, int in_flight) {
  return plain_forks(setting, in_flight_name("plain forks", in_flight), setting.sizes.tests,
                     in_flight);
}

void add_trivial_at(int in_flight, const Setting& setting, Group& group) {
  const int tests = setting.sizes.tests;
  const Candidate ours = cells_on_host_files(setting, in_flight_name("cells", in_flight), tests,
                                             {fmt::format("--cloister_jobs={}", in_flight)});
  const Candidate reusing = cells_on_host_files(
      setting, in_flight_name("cells that re-use networks", in_flight), tests,
      {fmt::format("--cloister_jobs={}", in_flight), "--cloister_reuse_network=1"});
  const Candidate kernel =
      floor(setting, in_flight_name("kernel floor", in_flight), tests, in_flight);
  const Candidate around_googletest =
      floor(setting, in_flight_name("kernel floor around GoogleTest", in_flight), tests, in_flight,
            {}, "bench_floor_googletest");
  const Candidate forked = plain_forks_at(setting, in_flight);
  const Candidate by_ctest = ctest(setting, in_flight);
  const Candidate cells_by_ctest = ctest_with_cells(setting, in_flight);
  group.candidates.insert(group.candidates.end(), {kernel, around_googletest, ours, reusing, forked,
                                                   by_ctest, cells_by_ctest});
  group.rows.push_back(row_of(ours, kernel, Target{Target::kAtMost, 1.15}));
  group.rows.push_back(row_of(forked, kernel));
  group.rows.push_back(beside_both(ours, kernel, forked));
  group.rows.push_back(row_of(ours, around_googletest));
  group.rows.push_back(row_of(ours, by_ctest, Target{Target::kAtMost, 1}));
  group.rows.push_back(row_of(cells_by_ctest, by_ctest, Target{Target::kAtMost, 2.5}));
  group.rows.push_back(row_of(reusing, kernel));
  group.rows.push_back(row_of(reusing, by_ctest, Target{Target::kAtMost, 0.7}));
  const std::pair<Candidate, std::optional<Target>> peers[] = {
      {unshare_alone(setting, in_flight), Target{Target::kAtLeast, 3}},
      {unshare(setting, in_flight), Target{Target::kAtLeast, 3}},
      {bwrap(setting, in_flight), Target{Target::kAtLeast, 5}},
      {crun(setting, in_flight), Target{Target::kAtLeast, 8}},
      {exec_loop(setting, in_flight), std::nullopt},
      {criterion(setting, in_flight), std::nullopt}};
  for (const auto& [peer, target] : peers) {
    group.candidates.push_back(peer);
    group.rows.push_back(row_of(peer, ours, target));
    if (!target) continue;
    group.rows.push_back(beside_both(peer, kernel, forked));
    group.rows.push_back(row_of(peer, reusing));
  }
}

Group trivial(const Setting& setting) {
  Group group{.name = "trivial"};
  const int tests = setting.sizes.tests;
  const Candidate kernel =
      floor(setting, "kernel floor with a memory cap, 2 at once", tests, 2, {kCap});
  const Candidate ours = cells_on_host_files(setting, "cells with a memory cap, 2 at once", tests,
                                             {kAtTwo, fmt::format("--cloister_memory={}", kCap)});
  std::vector<Row> capped = {row_of(ours, kernel, Target{Target::kAtMost, 1.15}),
                             beside_both(ours, kernel, plain_forks_at(setting, 2))};
  group.candidates = {plain_googletest(setting, tests)};
  if (geteuid() == 0) {
    group.candidates.insert(group.candidates.end(), {kernel, ours});
  } else {
    for (Row& row : capped) row.not_here = "an ordinary user has no cgroup for it";
  }
  add_trivial_at(2, setting, group);
  group.rows.insert(group.rows.end(), capped.begin(), capped.end());
  add_trivial_at(4, setting, group);
  group.rows.push_back(
      row_of(plain_googletest(setting, tests),
             cells_on_host_files(setting, in_flight_name("cells", 2), tests, {kAtTwo})));
  return group;
}

// One at a time, as the plain forks are.
Group memory(const Setting& setting) {
  const std::string resident = "BENCH_RESIDENT_MIB=200";
  const std::string forks = fmt::format("BENCH_FORKS={}", setting.sizes.forks);
  const std::string program = setting.program("bench_tests");
  const int tests = setting.sizes.forks;
  const std::vector<std::string> one_at_a_time = {"--cloister_jobs=1"};
  return {.name = "memory",
          .rounds = 3,
          .candidates = {cells(setting, "small cells", tests, one_at_a_time),
                         cells(setting, "large cells", tests, one_at_a_time, {resident}),
                         {.name = "small forks", .command = {{program}, {forks}}},
                         {.name = "large forks", .command = {{program}, {forks, resident}}}},
          .rows = {{.what = "what 200 MiB resident add to a test",
                    .beside = "what they add to a plain fork and exit",
                    .cost = {"large cells run_seconds", "small cells run_seconds", double(tests)},
                    .beside_cost = {"large forks fork_seconds", "small forks fork_seconds"},
                    .target = Target{Target::kAtMost, 1.25}}}};
}

// Tests that are forks of one in which their suite was set up. One at a time, as the plain forks
// are.
Group set_up(const Setting& setting) {
  const int tests = setting.sizes.fewer_tests;
  const std::string program = setting.program("bench_tests");
  const std::vector<std::string> large = {"BENCH_SET_UP_MIB=200", "BENCH_SET_UP_MS=1000"};
  const std::string forks = fmt::format("BENCH_FORKS={}", tests);
  const auto over_set_up = [&](const std::string& scope) {
    return cells(setting,
                 fmt::format("{} tests over a set-up of 1 s and 200 MiB, {}", tests, scope), tests,
                 {"--cloister_jobs=1", "--cloister_scope=" + scope}, large);
  };
  const Candidate snapshot = over_set_up("snapshot");
  const Candidate services = over_set_up("services");
  const Candidate forked_large =
      cells(setting, "large forks of a template", tests,
            {"--cloister_jobs=1", "--cloister_scope=snapshot"}, {"BENCH_SET_UP_MIB=200"});
  const Candidate forked_small = cells(setting, "small forks of a template", tests,
                                       {"--cloister_jobs=1", "--cloister_scope=snapshot"});
  const Candidate empty = cells(setting, "as many cells", tests, {"--cloister_jobs=1"});
  const Candidate plain{.name = "a set-up and forks",
                        .command = {{program}, {forks, large[0], large[1]}}};
  const Candidate large_forks{.name = "large plain forks",
                              .command = {{program}, {forks, large[0]}}};
  const Candidate small_forks{.name = "small plain forks", .command = {{program}, {forks}}};
  const auto beside_parts = [&](const Candidate& candidate) {
    return Row{.what = candidate.name,
               .beside = "that set-up, as many cells, as many plain forks and exits of that size",
               .cost = {candidate.name + " run_seconds"},
               .beside_cost = {.of = empty.name + " run_seconds",
                               .plus = plain.name + " set_up_and_forks_seconds"},
               .target = Target{Target::kAtMost, 1.15}};
  };
  return {.name = "set_up",
          .rounds = 1,
          .candidates = {snapshot, services, forked_large, forked_small, empty, plain, large_forks,
                         small_forks},
          .rows = {beside_parts(snapshot),
                   beside_parts(services),
                   {.what = "what 200 MiB add to a fork of a template",
                    .beside = "what they add to a plain fork and exit",
                    .cost = {forked_large.name + " run_seconds", forked_small.name + " run_seconds",
                             double(tests)},
                    .beside_cost = {large_forks.name + " set_up_and_forks_seconds",
                                    small_forks.name + " set_up_and_forks_seconds", double(tests)},
                    .target = Target{Target::kAtMost, 1.25}}}};
}

// As many tests in all, for a machine is not the same for a minute.
Group growth(const Setting& setting) {
  const int few = setting.sizes.tests;
  const int many = setting.sizes.many_tests;
  Candidate small = cells(setting, fmt::format("cells, a run of {} tests", few), few, {kAtTwo});
  const Candidate large =
      cells(setting, fmt::format("cells, a run of {} tests", many), many, {kAtTwo});
  Candidate forked_small =
      plain_forks(setting, fmt::format("plain forks, a run of {} tests", few), few, 2);
  const Candidate forked_large =
      plain_forks(setting, fmt::format("plain forks, a run of {} tests", many), many, 2);
  small.repeats = forked_small.repeats = many / few;
  const Candidate plain_small = plain_googletest(setting, few);
  const Candidate plain_large = plain_googletest(setting, many);
  const auto memory_row = [&](std::string what, const Candidate& one, const Candidate& other) {
    return Row{.what = std::move(what),
               .beside = "2 KiB",
               .cost = {one.name + " peak_kib", other.name + " peak_kib", double(many - few)},
               .beside_cost = {.constant = 2},
               .unit = "KiB"};
  };
  Row keeper = memory_row("the keeper's memory for each further test", large, small);
  keeper.target = Target{Target::kAtMost, 1};
  return {.name = "growth",
          .candidates = {small, large, forked_small, forked_large, plain_small, plain_large},
          .rows = {row_of(large, small, Target{Target::kAtMost, 1.1}),
                   row_of(forked_large, forked_small), keeper,
                   memory_row("plain GoogleTest's memory for each further test", plain_large,
                              plain_small)}};
}

// Tests on a host with so many more mounts, which the time of making them is no part of.
Candidate under_mounts(const Setting& setting, Candidate candidate, int mounts) {
  candidate.name = fmt::format("{} with {} more mounts", candidate.name, mounts);
  candidate.command.words.insert(
      candidate.command.words.begin(),
      {setting.program("bench_under_mounts"), std::to_string(mounts), setting.place + "/mounts"});
  return candidate;
}

Group mounts(const Setting& setting) {
  const int most = setting.sizes.mounts;
  const int tests = setting.sizes.tests;
  Group group{.name = "mounts"};
  for (const int count : {0, most / 2, most}) {
    group.candidates.push_back(
        under_mounts(setting, cells_on_host_files(setting, "cells", tests, {kAtTwo}), count));
    group.candidates.push_back(
        under_mounts(setting, floor(setting, "kernel floor", tests, 2), count));
  }
  const auto seconds = [](const char* who, int count) {
    return fmt::format("{} with {} more mounts seconds", who, count);
  };
  const auto added = [&](const char* who) {
    return Cost{seconds(who, most), seconds(who, 0), double(tests) * most};
  };
  group.rows = {{.what = fmt::format("cells with {} more mounts", most),
                 .beside = fmt::format("what cells with 0 and with {} lead to expect", most / 2),
                 .cost = {seconds("cells", most), {}, double(tests)},
                 .beside_cost = {seconds("cells", most / 2), seconds("cells", 0), double(tests), 2},
                 .target = Target{Target::kAtMost, 1.1}},
                {.what = fmt::format("cells with {} more mounts", most),
                 .beside = "cells with 0 more mounts",
                 .cost = {seconds("cells", most), {}, double(tests)},
                 .beside_cost = {seconds("cells", 0), {}, double(tests)}},
                {.what = "what a mount of the host adds to a cell",
                 .beside = "what it adds to the kernel floor",
                 .cost = added("cells"),
                 .beside_cost = added("kernel floor"),
                 .unit = "us"}};
  return group;
}

Group waiting(const Setting& setting) {
  const std::string processors = fmt::format("--cloister_jobs={}", setting.processors);
  const std::string automatic = "--cloister_jobs=auto";
  const auto suite = [&](const char* name, const char* kind, int tests, const std::string& jobs) {
    return cells(setting, fmt::format("{}, jobs={}", name, jobs.substr(jobs.find('=') + 1)), tests,
                 {jobs}, {kind});
  };
  const Sizes& sizes = setting.sizes;
  const auto sleeping = [&](const std::string& jobs) {
    return suite("tests that sleep 0.2 s", "BENCH_SLEEP_MS=200", sizes.waiting_tests, jobs);
  };
  const auto spinning = [&](const std::string& jobs) {
    return suite("tests that compute 20 ms", "BENCH_SPIN_MS=20", sizes.spinning_tests, jobs);
  };
  return {
      .name = "waiting",
      .candidates = {sleeping(processors), sleeping(automatic), spinning(processors),
                     spinning(automatic)},
      .rows = {row_of(sleeping(processors), sleeping(automatic), Target{Target::kAtLeast, 5}),
               row_of(spinning(automatic), spinning(processors), Target{Target::kAtMost, 1.05})}};
}

// In a new directory on a disk. It stays until the end: ext4 is slow to give out what has just been
// removed.
Candidate writing(const Setting& setting, const char* files, int tests, int each) {
  Candidate candidate = cells(
      setting, fmt::format("tests that write {} files, files={}", each, files), tests,
      {kAtTwo, fmt::format("--cloister_files={}", files)}, {fmt::format("BENCH_FILES={}", each)});
  auto& words = candidate.command.words;
  words.insert(words.begin(),
               {"sh", "-c", R"(mkdir "$0/$$" && cd "$0/$$" && exec "$@")", setting.disk});
  return candidate;
}

Group files(const Setting& setting) {
  constexpr int kFew = 100;
  constexpr int kMany = 1000;
  const int tests = std::max(2, setting.sizes.fewer_tests / 5);
  const Candidate views =
      cells(setting, "cells with views of files", setting.sizes.tests, {kAtTwo});
  const Candidate without =
      cells_on_host_files(setting, "cells on the host's files", setting.sizes.tests, {kAtTwo});
  const Candidate kept = writing(setting, "keep", tests, kFew);
  const Candidate direct = writing(setting, "host", tests, kFew);
  const int writers = std::max(2, tests / 4);
  const Candidate put = writing(setting, "keep", writers, kMany);
  const Candidate thrown = writing(setting, "discard", writers, kMany);
  const Candidate copy{.name = fmt::format("cp -a of {} files", kMany),
                       .command = {{"sh", "-c",
                                    R"(mkdir "$0/$$" && cd "$0/$$" && mkdir tree || exit
                      for i in $(seq "$1"); do head -c 1024 /dev/zero >tree/$i; done
                      start=$(date +%s%N) && cp -a tree copy
                      echo "bench: copy_seconds $(($(date +%s%N) - start))e-9")",
                                    setting.disk, std::to_string(kMany)}}};
  const auto own = [](const Candidate& candidate) { return candidate.name + " run_seconds"; };
  return {.name = "files",
          .candidates = {views, without, kept, direct, put, thrown, copy},
          .rows = {row_of(views, without, Target{Target::kAtMost, 1.2}),
                   {.what = kept.name,
                    .beside = direct.name,
                    .cost = {own(kept), {}, double(tests)},
                    .beside_cost = {own(direct), {}, double(tests)},
                    .target = Target{Target::kAtMost, 1.3}},
                   {.what = fmt::format("putting {} files in place", kMany),
                    .beside = copy.name,
                    .cost = {own(put), own(thrown), double(writers)},
                    .beside_cost = {copy.name + " copy_seconds"},
                    .target = Target{Target::kAtMost, 2}}}};
}

}  // namespace

std::vector<Group> all_groups(const Setting& setting) {
  return {trivial(setting), memory(setting),  set_up(setting), growth(setting),
          mounts(setting),  waiting(setting), files(setting)};
}

}  // namespace cloister::benchmarks
