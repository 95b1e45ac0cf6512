// From what was measured to the rows of the table: ratios of one round, their median and spread.
#pragma once

#include <optional>
#include <string>

#include "benchmarks/measure.h"

namespace cloister::benchmarks {

// (times * of + plus - less) / per, in each round.
struct Cost {
  std::string of;
  std::string less{};
  double per = 1;
  double times = 1;
  std::string plus{};
  std::optional<double> constant{};  // in place of all this
};

struct Target {
  enum Kind { kAtMost, kAtLeast } kind = kAtMost;
  double ratio = 1;
};

struct Row {
  std::string what;
  std::string beside;
  Cost cost;
  Cost beside_cost;
  std::optional<Target> target{};
  std::string unit = "ms";  // of the costs; seconds and KiB are measured
  std::string not_here{};   // why nobody can expect it to run on this host
};

struct Figure {
  std::string refused;  // why there is none, else empty
  double cost = 0;      // medians
  double beside = 0;
  double ratio = 0;
  double smallest = 0;
  double largest = 0;
};

double median(std::vector<double> values);
Figure figure_of(const Row& row, const Measured& measured);
bool is_met(const Target& target, const Figure& figure);

std::string table_head();
std::string table_line(const Row& row, const Figure& figure);

}  // namespace cloister::benchmarks
