// The process that makes the cell of `cloister exec`, forks the command in it, and watches it. It
// is started by the keeper (exec_keeper.h), to which it tells everything over one socket.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <optional>
#include <variant>

#include <cloister/report.h>

#include "adapters/command/exec_options.h"
#include "framework/kernel/fd.h"

namespace cloister::command {

// What the keeper is told.
struct Started {
  pid_t command = -1;
};
struct Stopped {};
using WardenNews = std::variant<Started, Stopped, CellReport>;

// Whether the command ended by itself, with status 0.
bool has_succeeded(const CellReport& report);

// Never returns; the exit status is 0 when the keeper has been told how the command ended.
// `caller_mask` is the signal mask that the command gets.
[[noreturn]] void live_as_warden(const ExecOptions& options, Fd keeper,
                                 const sigset_t& caller_mask);

// The keeper's side: waits for the next of it. Nothing when the warden is gone.
std::optional<WardenNews> hear_warden(const Fd& warden);

}  // namespace cloister::command
