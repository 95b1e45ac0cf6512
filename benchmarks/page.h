// docs/BENCHMARKS.md: the table and how to read it.
#pragma once

#include <string>

#include "benchmarks/groups.h"

namespace cloister::benchmarks {

struct Conditions {
  std::string machine;
  double busy_share = 0;  // of the processors' time, before measuring
  Sizes sizes;
};

std::string page(const Conditions& conditions, const std::string& table);

}  // namespace cloister::benchmarks
