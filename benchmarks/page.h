// docs/BENCHMARKS.md: the table and how to read it.
#pragma once

#include <string>

namespace cloister::benchmarks {

struct Conditions {
  std::string machine;
  double load = 0;  // before measuring, for each processor
  int tests = 0;    // trivial ones in a run
  int rounds = 0;
};

std::string page(const Conditions& conditions, const std::string& table);

}  // namespace cloister::benchmarks
