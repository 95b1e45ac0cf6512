// What is measured, and the measuring: rounds in which every candidate runs in turn, so that what
// the machine does meanwhile is everybody's.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "benchmarks/runner.h"

namespace cloister::benchmarks {

struct Candidate {
  std::string name;
  Command command;
  double units = 1;     // tests that it runs: its cost is that of one
  std::string proof{};  // text by which its output tells that they ran ...
  int proofs = 1;       // ... and how many times it is there
  int repeats = 1;      // runs one after the other, to last as long as what it is compared with
};

// What one round found: by the name of a candidate the seconds of one unit, and by "NAME KEY" what
// it said itself in a line "bench: KEY VALUE".
using Round = std::map<std::string, double>;

struct Measured {
  std::vector<Round> rounds;
  std::map<std::string, std::string> refused;  // candidates that cannot run here, and why
};

// Fewer rounds when the user interrupts.
Measured measure(Runner& runner, const std::vector<Candidate>& candidates, int rounds);

}  // namespace cloister::benchmarks
