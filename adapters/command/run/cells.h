// Runs tests of binaries that are not linked with Cloister, each in its own cell. A separate
// process watches the cells, and each guest executes its binary. Used by run.cc.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <cloister/config.h>

#include "adapters/command/run/attempt.h"
#include "framework/host/probe.h"
#include "framework/kernel/error.h"
#include "framework/kernel/fd.h"
#include "framework/run/fork_warden.h"

namespace cloister::command {

struct OrderedTest {
  std::uint32_t number = 0;  // its index in `tests`
  CellConfig config;
  std::vector<SharedService> services{};
};

struct CellsOrder {
  const std::vector<Selected>& tests;
  std::vector<OrderedTest> which;         // in starting order
  const std::vector<std::string>& flags;  // for every test, before those that select it
  std::vector<SharedService> services{};  // of all tests, each once
  int jobs = 1;
  bool fill_processors = false;  // more than `jobs` while processors are idle
  bool fail_fast = false;        // start no more tests after the first bad end
  bool require = false;          // a lost default fails every test
};

// Called when something happens.
struct RunEvents {
  std::function<void(std::uint32_t test)> started;
  std::function<void(Attempt&& attempt)> ended;
  std::function<void(const std::string& line)> noted;  // for stderr
  // A failure of a program that belongs to no test.
  std::function<void(const Binary& binary, const std::string& words)> failed_beside;
};

// The warden of `cloister run`. It ends with this object.
class CellsProcess {
 public:
  // Forks it. The process calls `live` with the other end of the socket; that never returns.
  static Result<CellsProcess> start(const std::function<void(Fd socket)>& live);
  CellsProcess(CellsProcess&&) = default;  // the moved-from object has no socket
  ~CellsProcess() { std::ignore = end(); }

  const Fd& socket() const { return warden_.socket; }
  // Hears from it until that order is done: 0, or the signal that broke it off. Then, as when it
  // has died, the process has to be ended.
  int hear(const CellsOrder& order, const RunEvents& events);
  // Afterwards nothing that it started is left. An Error if the process did not end by itself as it
  // should.
  Result<void> end();

 private:
  explicit CellsProcess(WardenFork warden) : warden_(std::move(warden)) {}

  WardenFork warden_;  // its socket is open until it has ended
};

// Returns 0, or the signal that ended the run. Nothing that it started is left then.
Result<int> run_in_cells(const CellsOrder& order, const RunEvents& events,
                         ProbeDepth depth = ProbeDepth::kDefaultCell);

}  // namespace cloister::command
