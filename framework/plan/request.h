// What one cell is asked to be: a test's CellConfig, and what only a command can ask for (`cloister
// exec`; docs/decisions/0010). An adapter fills it in; only make_plan reads it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cloister/config.h>

#include "framework/config/service.h"
#include "framework/facts/facts.h"
#include "framework/kernel/error.h"
#include "framework/protocol/step_code.h"

namespace cloister {

// Which ids exist inside.
enum class Identity : std::uint8_t {
  kDefault,   // every id that root has; only his own for an ordinary user
  kOnlyRoot,  // the caller, as 0
  kOnlySelf,  // the caller, as itself
};

// A bind mount, or a tmpfs if `source` is empty. Paths are absolute; the source's is the host's.
struct MountRequest {
  std::string source{};
  std::string target;
  bool read_only = false;
  Bytes size{};  // of a tmpfs; 0 is the cell's tmp_size
};

// By how many seconds the clocks of the cell are ahead of the host's: time_namespaces(7).
struct ClockOffsets {
  std::int64_t monotonic = 0;
  std::int64_t boottime = 0;
  friend bool operator==(const ClockOffsets&, const ClockOffsets&) = default;
};

// Whose stdin, stdout and stderr a guest has, and which session it is in.
enum class Streams : std::uint8_t {
  kCaptured,         // pipes to the warden, nothing to read; its own session
  kCallers,          // those of the process that runs the cell; its own session
  kCallersSession,   // the same, in the caller's process group: with its terminal
  kCallersTerminal,  // the same; descriptor 0 becomes the terminal of its own session
};

// What a cell with Files::kDeclared has of the host's files: host/declared_files.h.
struct DeclaredFiles {
  std::vector<std::string> readable;  // names of what exists; none of a link
  std::vector<std::string> links;     // symbolic links on the way to one of these
  std::vector<std::string> shared;    // what coverage and sanitizers write to: the host's own
  std::vector<FileView> writable;     // where its outputs are; each after those that contain it
  std::vector<std::string> outputs;   // patterns: config/path_pattern.h

  bool has_view_of(std::string_view directory) const {
    return std::ranges::find(writable, directory, &FileView::directory) != writable.end();
  }
};

struct CellRequest {
  CellConfig config{};
  std::string_view role = "test";   // what runs in the cell, in messages
  std::vector<Facility> without{};  // parts of a default cell that this one must not have
  Identity identity = Identity::kDefault;
  std::optional<std::uint32_t> uid{};  // to run as
  std::optional<std::uint32_t> gid{};
  std::optional<bool> setgroups{};  // whether setgroups(2) is allowed; default: as on the host
  Propagation propagation = Propagation::kPrivate;
  std::optional<ClockOffsets> clocks{};
  // The directory that becomes "/", or "" for an empty one. Nothing: the host's view.
  std::optional<std::string> root{};
  // The host's files that CellConfig::files applies to. Nothing: the host's own (facts.views).
  std::optional<std::vector<FileView>> views{};
  // The name prefix of directories for what is written in its views; "" is memory.
  std::string file_store{};
  // For a cell with Files::kDeclared.
  std::optional<DeclaredFiles> declared{};
  std::vector<MountRequest> mounts{};  // in this order, into the new "/"
  std::string proc_target = "/proc";
  std::size_t mounts_before_proc = 0;  // how many of them; 0: /proc comes before all else
  std::string working_directory{};     // "" is the caller's; "/" below a new root
  Streams streams = Streams::kCaptured;
  std::vector<SharedService> services{};  // in the order in which they are started

  // A file tree that is put together and then entered by pivot_root(2).
  bool has_own_root() const { return root || declared || !mounts.empty(); }
  // Root inside has every capability over its cell. A caller who is only root gets them, as by
  // unshare -r, unless the request says otherwise.
  bool keeps_capabilities() const {
    return config.privileged.value_or(identity == Identity::kOnlyRoot);
  }
};

// An Error with the cure for a request that contradicts itself, or that no host gives to this user.
Result<void> check_request(const CellRequest& request, const HostFacts& facts);

}  // namespace cloister
