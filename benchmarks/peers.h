// How others run the same trivial tests.
#pragma once

#include <vector>

#include "benchmarks/groups.h"

namespace cloister::benchmarks {

// All in one process, which isolates nothing.
Candidate plain_googletest(const Setting& setting, int tests);

// Each in a plain fork of their own program, as cheaply as it can be done.
Candidate plain_forks(const Setting& setting, std::string name, int tests, int in_flight);

Candidate ctest(const Setting& setting, int in_flight);
// Each of the same tests by `cloister run`.
Candidate ctest_with_cells(const Setting& setting, int in_flight);
Candidate exec_loop(const Setting& setting, int in_flight);
Candidate criterion(const Setting& setting, int in_flight);

// Around each test. Those that can be asked for more than namespaces are.
Candidate unshare_alone(const Setting& setting, int in_flight);
Candidate unshare(const Setting& setting, int in_flight);
Candidate bwrap(const Setting& setting, int in_flight);
Candidate crun(const Setting& setting, int in_flight);

// "PEER, 2 at once"
std::string in_flight_name(const char* peer, int in_flight);

}  // namespace cloister::benchmarks
