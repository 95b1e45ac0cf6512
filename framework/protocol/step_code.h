// The numbers of set-up steps and cgroup readings in an encoded plan. The builder includes this and
// not plan.h, so that it needs nothing but the C library.
#pragma once

#include <cstdint>

namespace cloister {

// If a run was started in a directory that its cells cover, such as /tmp itself, its cells have
// that directory below this name.
inline constexpr char kCoveredItself[] = ".cwd";

// In the order of the alternatives of SetupStep (plan.h).
enum class StepCode : std::uint8_t {
  kSetPropagation,
  kMountProc,
  kMountTmpfs,
  kMakeReadOnly,
  kSetHostname,
  kBringUpLoopback,
  kOpenLowPorts,
  kStartRoot,
  kBindMount,
  kEnterRoot,
  kSetClocks,
  kNameInHosts,
  kMountViews,
  kBindReadOnly,
  kMakeDirectory,
  kMakeLink,
};

// A network namespace that the run lends to one cell after another, as long as none has used it:
// docs/decisions/0070.
enum class LentNetwork : std::uint8_t {
  kNone,      // the cell has its own network
  kDown,      // even loopback is down
  kLoopback,  // loopback is up
};

// Where init looks for what the guest left: bits of InsidePlan::look_for.
inline constexpr std::uint8_t kLookForProcesses = 1;
inline constexpr std::uint8_t kLookForPorts = 2;
inline constexpr std::uint8_t kLookForSysv = 4;
inline constexpr std::uint8_t kLookForFiles = 8;
// The cell shares what goes by System V IPC: only what came since it was made is the guest's, and
// is removed.
inline constexpr std::uint8_t kLookForNewSysv = 16;
// Services run in the cell.
inline constexpr std::uint8_t kHasServices = 32;
// The name of the process whose children are the services of a cell: the guest has not left them.
inline constexpr char kServiceSupervisor[] = "cell-service";

// How mounts propagate between the host and the cell: mount_namespaces(7).
enum class Propagation : std::uint8_t {
  kPrivate,    // not at all
  kSlave,      // from the host into the cell
  kShared,     // likewise, and among the mount namespaces made inside
  kUnchanged,  // as the kernel made them: kSlave if there is a user namespace
};

// What the builder reads from the cgroups of a cell that ends. Times are in microseconds.
enum class Reading : std::uint8_t {
  kPeakMemory,
  kOomKills,
  kRefusedForks,
  kPeakProcesses,
  kThrottled,
  kUserCpu,
  kSystemCpu,
  kIoRead,
  kIoWritten,
  // Read while init still holds the cell's mounts, and so the contents of its tmpfs.
  kFileMemory,
  kSharedMemory,
};
inline constexpr int kReadingCount = 11;
static_assert(kReadingCount == static_cast<int>(Reading::kSharedMemory) + 1, "the last one");
inline constexpr bool is_read_early(Reading reading) { return reading >= Reading::kFileMemory; }

}  // namespace cloister
