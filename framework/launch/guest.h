// How a guest starts: a fork of the calling process that joins a standing cell. Used by the watch
// loop and by the probe. It returns on the caller's stack, and the caller goes on as the guest.
#pragma once

#include <signal.h>
#include <sys/resource.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "framework/events/guest_side.h"
#include "framework/kernel/fd.h"
#include "framework/launch/cell_builder.h"
#include "framework/launch/cell_pages.h"
#include "framework/launch/held_descriptor.h"
#include "framework/plan/plan.h"

namespace cloister {

// A file that a template had open. The fork opens it in its own view, at its own position.
struct ReopenedFile {
  int number = -1;
  std::string path{};
  int flags = 0;  // of open(2)
  bool close_on_exec = false;
  off_t offset = 0;
};

// What a guest is given that a template forks, in place of the way into its cell. All descriptors
// are open in the template.
struct WayOfFork {
  std::span<const int> namespaces{};  // but that of pids, in which it is born
  std::span<const int> cgroups{};     // files to join them by
  std::span<const ReopenedFile> files{};
  std::span<const int> closed{};  // what the template alone needs
  const char* working_directory = "/";
};

// What a guest is given besides its cell. Only the page may be in memory that forks do not inherit.
struct GuestStart {
  std::uint32_t cell = 0;
  const CellPlan& plan;
  std::span<const std::string> join_paths;  // of its cgroups: plan.h
  pid_t init = -1;
  int init_pidfd = -1;  // -1 if the plan has no namespaces
  CellPages& pages;
  CellPage* page = nullptr;
  int page_fd = -1;  // of the page, for a guest that will exec; else -1
  int event_fd = -1;
  int out_fd = -1;
  int err_fd = -1;                         // equal to out_fd if both streams are joined
  int null_fd = -1;                        // becomes the guest's stdin
  int audit_fd = -1;                       // to send the listener of its audit over; else -1
  std::span<const HeldDescriptor> held{};  // descriptors of its program, sorted by number
  std::optional<rlimit> descriptors{};     // the guest's limit on descriptors; nothing: unchanged
  int link_fd = -1;                        // to become a template with; else -1
  sigset_t signal_mask;                    // for the guest
};

struct Forked {
  pid_t pid = -1;                  // of the guest, in the calling process
  std::optional<GuestSide> guest;  // in the guest only
};

// Forks. Returns twice: with the guest's pid, and in the guest with its GuestSide, inside the cell.
// All descriptors are closed there except its own, its program's (GuestStart::held) and those that
// its plan keeps. A guest that cannot enter says so on its event pipe and never returns.
Result<Forked> fork_guest(const GuestStart& start);

// In the guest: everything between the fork and the first line of the test. No heap, no locks, no
// stdio.
GuestSide enter_cell(const GuestStart& start);
// The same, in the fork of a template.
GuestSide enter_as_fork(const GuestStart& start, const WayOfFork& way);

}  // namespace cloister
