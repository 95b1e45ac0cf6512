// The floating-point environment of tests, fenv(3): what the program had before the run. Cloister
// itself computes with fractions in between, and that raises flags.
#pragma once

#include <cfenv>

namespace cloister::googletest {

inline std::fenv_t floating_point_before_the_run;

// Called first of all, and again where tests begin to run.
inline void save_floating_point() { std::fegetenv(&floating_point_before_the_run); }
inline void restore_floating_point() { std::fesetenv(&floating_point_before_the_run); }

}  // namespace cloister::googletest
