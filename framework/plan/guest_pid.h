// The pid that a test has in its cell. Names are made of pids, for scratch files and logs, by code
// that takes them to be unique on the machine: so they are far apart between tests, and the same
// from run to run.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string_view>

namespace cloister {

// Of the test in that place of the program's list. Tests within 100 places of each other are 100
// pids and more apart; tests of two programs are no nearer than chance has it.
pid_t guest_pid_of(std::string_view program, std::uint32_t place);

}  // namespace cloister
