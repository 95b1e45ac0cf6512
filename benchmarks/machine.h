// The machine on which was measured, in words that name neither it nor places on it.
#pragma once

#include <string>

namespace cloister::benchmarks {

std::string describe_machine();

int processors();

// How much of the processors' time, from 0 to 1, is used while this looks, for two seconds: what
// else the machine does, when it is asked for before measuring.
double busy_share();

}  // namespace cloister::benchmarks
