// The process that the user started, while its command runs. It forwards signals and, with --tty,
// input and output. It gives up the terminal and takes it back as a shell expects of a job.
#pragma once

#include <cloister/report.h>

#include "adapters/command/exec_options.h"
#include "framework/kernel/error.h"

namespace cloister::command {

// Starts the warden, and returns when the cell is gone. Chooses the command's session. An Error if
// nobody is left who knows how the command ended.
Result<CellReport> keep(ExecOptions& options);

// Prints the plan from another process. Returns the exit status.
Result<int> explain_plan(ExecOptions& options);

}  // namespace cloister::command
