// The pid that a test has in its cell. Code builds names of scratch files and logs from pids, and
// assumes that they are unique on the machine. So the pids of tests are far apart, and the same in
// every run.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string_view>

namespace cloister {

// For the test at that place of the program's list. Tests within 100 places of each other are at
// least 100 pids apart. Tests of different programs are only as close as chance makes them.
pid_t guest_pid_of(std::string_view program, std::uint32_t place);

}  // namespace cloister
