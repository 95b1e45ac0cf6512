#include "benchmarks/page.h"

#include <fmt/format.h>

namespace cloister::benchmarks {
namespace {

constexpr double kQuiet = 0.1;

// Lines of up to 120 characters in the page.
constexpr const char* kPage = R"(# What isolation costs

Written by `./dev bench --write`; do not edit. `./dev bench` measures again and prints the same table.

Measured with {machine}: {rounds} rounds, {tests} trivial tests in a run.

{load}

{table}
## How to read it

* A ratio is the first thing's cost by that of the thing beside it, both measured in the same round: in a round every
  candidate runs in turn. The table has the median of the rounds' ratios, and the smallest and the largest: where these
  are far apart the machine was busy with something else. The costs are medians, too, and only to give an idea: they are
  of one test, from the start of the run to the end of its last process, divided by the number of tests.
* `cells` are tests as Cloister runs them by default, each with all seven namespaces, private `/proc`, `/tmp` and
  `/dev/shm`, a hostname, a loopback network, and its cgroups with a cap on processes.
* `cells that re-use networks` are the same with `--cloister_reuse_network`: a network is handed on from a test that made no
  socket (docs/decisions/0070). The trivial tests make none.
* The `kernel floor` is a program that makes the same cells with the system calls that it takes and nothing else
  (`benchmarks/floor.cc`): no results, no output, no deadline, no second try,
  no address and no name that resolves (docs/decisions/0090). Its guest does nothing and ends; `around
  GoogleTest` the same program is a GoogleTest program, which both of its forks are of, and its guest runs a test.
* A `plain fork` runs the test in a fork of its program and does nothing else (`BENCH_FORKED` in
  `benchmarks/bench_tests.cc`). It is the pages that it touches from its start to its end, some fifty, each a fault and half
  of them a copy (docs/decisions/0060), and the mappings of its libraries to copy and to take down. The floor and such a
  fork are what a cell consists of: namespaces, and a process of the program that runs the test. A ratio of 1 beside the two
  says that Cloister adds nothing; less is possible, for it has ways to make a cell that the floor has
  not (docs/decisions/0050).
* *Targets that are not met.* A cell at 1.15 x the floor would leave 0.15 of the floor for the fork that runs the test: where
  the row of plain forks beside the floor has more, it cannot be reached, and the row beside the floor and a plain fork says
  what is Cloister's own part, with a memory cap too. `unshare`, `bwrap` and `crun` beside those two show what is to be had:
  where that is below the target, cells that add nothing to their namespaces and their fork would miss it. The dearest part of
  the floor is a network namespace; where tests leave theirs unused and it is handed on, the rows beside such cells count. A
  target between the smallest and the largest was met in some of the rounds: there the machine decides. What was tried is in
  docs/decisions/0050, 0060 and 0070.
* What a longer list of tests adds is GoogleTest's own memory, whose page tables each fork copies and each end takes down, in a
  plain fork as well. A run of {tests} is made ten times in a row there, so that both last a minute: over less time a machine
  is not the same.
* The peers run the same trivial tests on plain GoogleTest, without Cloister: CTest has them from
  `gtest_discover_tests`, `xargs` executes the program for each test. Neither isolates anything. Criterion, which gives
  each test a process, has trivial tests of its own. `unshare`, `bwrap` and `crun` are around each execution of the
  program and give it all the namespaces, `/proc`, `/tmp`, `/dev/shm`, hostname and loopback; crun also caps on memory and
  processes, but for an ordinary user. `unshare alone` has only what the tool itself does: namespaces and `/proc`.
* Around each execution and for Criterion a run has {fewer} tests, for memory {forks}, for sleeping and computing
  {waiting}: what is compared is the cost of one.
* Memory is touched before `main()` ends, in pages of 4 KiB; those tests run one at a time, as the forks do. Their row is
  of differences, which a noisy machine blurs: it has three times the rounds.
* Mounts are bind mounts of the host, made in a mount namespace around the run. Twice as many may add twice as much: what
  is expected of the most goes on in a straight line from what none and half of them cost.
* A peer that cannot run on the machine is a row that says why.
)";

}  // namespace

std::string page(const Conditions& conditions, const std::string& table) {
  const std::string load =
      fmt::format("Other work on the machine before: {:.0f} % of the processors' time{}.",
                  100 * conditions.busy_share,
                  conditions.busy_share <= kQuiet
                      ? ""
                      : ", which is a busy machine: to be measured again on a quiet one");
  return fmt::format(
      fmt::runtime(kPage), fmt::arg("machine", conditions.machine),
      fmt::arg("rounds", conditions.sizes.rounds), fmt::arg("tests", conditions.sizes.tests),
      fmt::arg("fewer", conditions.sizes.fewer_tests), fmt::arg("forks", conditions.sizes.forks),
      fmt::arg("waiting", conditions.sizes.waiting_tests), fmt::arg("load", load),
      fmt::arg("table", table));
}

}  // namespace cloister::benchmarks
