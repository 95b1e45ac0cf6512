// The process that the user started, while its command runs: it passes signals, and with --tty what
// is typed and printed, and it gives the terminal up and takes it back as a shell expects of a job.
#pragma once

#include <cloister/report.h>

#include "adapters/command/exec_options.h"
#include "framework/kernel/error.h"

namespace cloister::command {

// Starts the warden, and returns when the cell is gone. Chooses the command's session. An Error
// when there is nobody left who knows how the command ended.
Result<CellReport> keep(ExecOptions& options);

// The plan, printed by a process of its own. The exit status.
Result<int> explain_plan(ExecOptions& options);

}  // namespace cloister::command
