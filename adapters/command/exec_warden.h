// The process that makes the cell of `cloister exec`, forks the command in it, and watches it. The
// keeper (exec_keeper.h) starts it and gets all news over one socket.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <optional>
#include <variant>

#include <cloister/report.h>

#include "adapters/command/exec_options.h"
#include "framework/kernel/fd.h"

namespace cloister::command {

// The news for the keeper.
struct Started {
  pid_t command = -1;
};
struct Stopped {};
using WardenNews = std::variant<Started, Stopped, CellReport>;

// Whether the command ended by itself, with status 0.
bool has_succeeded(const CellReport& report);

// Never returns. The exit status is 0 if the keeper has been told how the command ended.
// `caller_mask` is the signal mask that the command gets.
[[noreturn]] void live_as_warden(const ExecOptions& options, Fd keeper,
                                 const sigset_t& caller_mask);

// The keeper's side: waits for the next news. Nothing when the warden is gone.
std::optional<WardenNews> hear_warden(const Fd& warden);

}  // namespace cloister::command
