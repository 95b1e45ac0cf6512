// The results of a run as JUnit XML, as CI services read it. Called by run.cc at its end.
#pragma once

#include <string>
#include <vector>

#include "adapters/command/run/attempt.h"
#include "framework/kernel/error.h"

namespace cloister::command {

Result<void> write_junit(const std::string& path, const std::vector<Selected>& tests,
                         const std::vector<Attempt>& attempts, const FailuresBeside& beside);

}  // namespace cloister::command
