// The machine on which was measured, in words that name neither it nor places on it.
#pragma once

#include <string>

namespace cloister::benchmarks {

std::string describe_machine();

int processors();

// Processes that could run in the last minute, for each processor: what else the machine does when
// this is asked for before measuring.
double load();

}  // namespace cloister::benchmarks
