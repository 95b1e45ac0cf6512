// What /proc/PID/stat says of a process: proc(5).
#pragma once

#include <optional>
#include <string>

namespace cloister {

// Field `number` (from 3) of /proc/PID/stat; nothing when there is no such process.
std::optional<std::string> stat_field(const std::string& pid, int number);

}  // namespace cloister
