// How a cell ended, as data. The engine makes one CellReport per cell; a test framework's adapter
// turns it into a verdict. Nothing here knows pass or fail.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <cloister/config.h>
#include <cloister/units.h>

namespace cloister {

// The guest reported that it was done, and its process then ended with status 0.
struct Finished {};
// The guest's process ended by itself, either without reporting that it was done or with a status
// other than 0.
struct Exited {
  int status = 0;
};
// A signal ended the guest, and neither the deadline nor the memory cap sent it.
struct Signaled {
  int signal = 0;
  bool core_dumped = false;
};
// The cell was still busy at its deadline and was killed.
struct TimedOut {
  std::chrono::milliseconds deadline{};
};
// The cell had used up its processor time (CellConfig::cpu_time) and was killed.
struct OutOfCpuTime {
  std::chrono::milliseconds cap{};
};
// What the memory of a cell consists of. `shared` is what several processes can hold at once: tmpfs
// files, POSIX and System V shared memory, shared anonymous mappings. `file` is the page cache of
// other files. `kernel` is what the kernel holds for the cell's processes, such as data in pipes
// and sockets; it is 0 unless it is at least a sixteenth of the cap.
struct MemoryParts {
  Bytes anonymous;
  Bytes file;
  Bytes shared;
  Bytes kernel;
};
// The kernel killed the guest because its cell had reached the memory cap.
struct OutOfMemory {
  Bytes cap;
  MemoryParts parts;  // when the cap was reached
};
// The cell could not be made, or lacks what the test asked for. The guest never ran.
struct SetupFailed {
  std::string why;
};
// The guest was running when the whole run was told to end, and was killed.
struct Interrupted {};
// The guest's event pipe delivered something that a guest does not send.
struct ProtocolBroken {
  std::string why;
};

using Outcome = std::variant<Finished, Exited, Signaled, TimedOut, OutOfMemory, SetupFailed,
                             ProtocolBroken, OutOfCpuTime, Interrupted>;

// What a cell used. Zero where the host cannot measure it. "By its cgroup" covers the whole cell;
// getrusage(2) covers the guest and the children that it waited for.
struct Usage {
  std::chrono::microseconds wall{};      // from the guest's start to its end
  std::chrono::microseconds user_cpu{};  // by its cgroup if that counts it, else by getrusage(2)
  std::chrono::microseconds system_cpu{};
  std::chrono::microseconds throttled{};  // time its processes waited because of the CPU cap
  Bytes peak_memory;                      // by its cgroup, else the guest's alone (ru_maxrss)
  std::uint64_t peak_processes = 0;       // processes and threads at once, by its cgroup
  Bytes io_read;     // from block devices, by its cgroup if that counts it, else by getrusage(2)
  Bytes io_written;  // to block devices, likewise
  Bytes tmpfs;       // what /tmp and /dev/shm held when the guest ended
  std::uint64_t oom_kills = 0;      // processes of the cell that the memory cap killed
  std::uint64_t refused_forks = 0;  // refused by the process cap (cgroup v1, v2: pids.events)
};

// A private tmpfs as it was when the guest ended.
struct TmpfsUse {
  std::string target;  // "/tmp"
  Bytes used;
  Bytes size;
  std::uint64_t inodes_used = 0;
  std::uint64_t inodes = 0;

  // Less than a page, or no inode, was left: writing failed with ENOSPC, or was about to.
  bool full() const { return size.count < used.count + 4096 || inodes_used >= inodes; }
};

// A process that was still alive in the cell when the guest had ended.
struct Survivor {
  int pid = 0;            // inside the cell
  std::string name;       // comm, by proc(5); made printable, like all texts about leftovers
  std::string command{};  // the first 160 bytes of its arguments
};

// What else was left in the cell, by kind. A listening socket is listed only if a process that is
// still alive holds it.
enum class LeftKind : std::uint8_t {
  kTcpPort,       // "127.0.0.1:80", "[::1]:80"
  kUdpPort,       // likewise
  kUnixSocket,    // its name as in unix(7); an abstract one begins with '@'
  kSharedMemory,  // System V: "key 0x1, 4096 bytes"
  kSemaphores,    // "key 0x1, 3 semaphores"
  kMessages,      // "key 0x1, 2 messages"
  kFile,          // top-level entries of a private directory; a directory ends in '/'
};
inline constexpr int kLeftKinds = 7;
static_assert(kLeftKinds == static_cast<int>(LeftKind::kFile) + 1, "the last one");
struct LeftThings {
  LeftKind kind{};
  std::string where{};               // for files: "/tmp"
  std::uint64_t count = 0;           // for files: all of them, including those in subdirectories
  std::vector<std::string> names{};  // the first few
};

// What a test changed in its views of the host's files (CellConfig::files), without its private
// directories.
enum class FileChange : std::uint8_t { kCreated, kChanged, kDeleted };
struct ChangedFile {
  FileChange change{};
  std::string path;
  Bytes size;  // current size of a regular file
};
// Another cell changed the same file while this one ran.
struct FileConflict {
  std::string path;
  std::uint32_t other = 0;  // the number of the other cell
};
struct ChangedFiles {
  std::uint64_t created = 0;
  std::uint64_t changed = 0;
  std::uint64_t deleted = 0;
  Bytes written;                          // the sizes of all files created or changed
  std::vector<ChangedFile> named{};       // the first 64
  std::vector<FileConflict> conflicts{};  // only if conflicts are to fail; each path once in a run
  std::string failure{};  // "'PATH': why" for the first that could not be put in place; else empty
  std::string unsaved{};  // why saving failed (CellConfig::keep_failed); else empty
  // With Files::kDeclared, the first 8 changes outside its outputs. They were thrown away.
  std::vector<std::string> undeclared{};
};

// What the processes of a cell asked the kernel for by name (CellConfig::audit), without its
// private directories and those of the system.
enum PathUse : std::uint8_t {
  kLookedAt = 1,      // stat(2), access(2), chdir(2) and the like
  kRead = 2,          // a file that existed before the test
  kListed = 4,        // the names in a directory
  kExecuted = 8,      // a program, including those of the system
  kWritten = 16,      // created, opened for writing, renamed, removed
  kInOwnView = 32,    // written there, but no other test sees it while this one runs
  kRenamed = 64,      // renamed or removed: rename(2), link(2), unlink(2), rmdir(2)
  kIsDirectory = 128  // with kRenamed: it was a directory
};
struct UsedPath {
  std::string path;
  std::uint8_t uses = 0;  // PathUse
};
// Two tests that overlapped in time used the same shared path, and at least one of them wrote to
// it.
struct Meeting {
  std::string path;
  std::uint32_t other = 0;  // the number of the other cell
  bool own_wrote = false;
  bool other_wrote = false;
};
struct Audit {
  bool is_on = false;
  std::vector<UsedPath> paths{};         // sorted by name; the first 4096
  std::uint64_t more_paths = 0;          // calls that named paths beyond those
  std::vector<std::string> addresses{};  // called: "127.0.0.1:80", "[::1]:80", a Unix socket's name
  std::vector<std::string> listened{};   // addresses that a socket was bound to
  std::vector<Meeting> meetings{};       // the first 8
  // With Files::kDeclared: undeclared paths that exist on the host and were asked for. With
  // Files::kReadOnly: paths that the test tried to write. The first 8.
  std::vector<std::string> refused{};
  bool is_declared = false;  // with Files::kDeclared
  std::string gap{};         // what could not be observed, and why; else empty
};

// One message of the guest. The adapter defines what `kind` and `payload` mean.
struct Event {
  std::uint16_t kind = 0;
  std::string payload;
};

// A phase of the guest's life, numbered by the adapter, and how much the guest had printed when the
// phase began.
struct PhaseStart {
  std::uint8_t phase = 0;
  std::uint64_t out_offset = 0;
  std::uint64_t err_offset = 0;
};

// What the guest printed on one stream: the first bytes up to the configured amount, and how many
// were dropped.
struct Output {
  std::string kept;
  std::uint64_t dropped = 0;
};

// The caps that were in force; 0 is none.
struct Caps {
  Bytes memory;
  Bytes file_size;
  std::uint64_t processes = 0;
  double cpus = 0;
};

struct CellReport {
  std::uint32_t id = 0;  // the number that its starter gave to the task
  // How many tasks the cell was for. With more than one, the report of each but the last that the
  // guest came to has an outcome (Finished), its time, what it printed and its events; the report
  // of that last one has the rest, for the whole cell.
  std::uint32_t tasks = 1;
  // Its guest was a fork of a template, in which the set-up of its suite was done.
  bool forked = false;
  Outcome outcome;
  // The process, by its pid outside of the cell, that was killed but had not died some seconds
  // later: the guest, or the cell's init, which waits for processes that do not die. 0 is none.
  int undying = 0;
  // The guest had sent its last message. It may still have died afterwards.
  bool said_finished = false;
  Caps caps;
  Usage usage;
  Output out;  // if the cell was told to join the streams: both, in the order written
  Output err;
  std::vector<PhaseStart> phases;
  std::vector<Event> events;
  std::vector<Survivor> survivors;  // the first few of them
  std::uint32_t survivor_count = 0;
  std::vector<LeftThings> left;
  Leaks leaks = Leaks::kReport;  // the setting
  std::vector<TmpfsUse> tmpfs;   // empty when the cell was killed from outside
  ChangedFiles files;
  Audit audit;
  // What each part of the cell's life cost, in nanoseconds; 0 means that the part did not happen.
  // Empty when the cell was never dismantled.
  std::vector<std::uint32_t> costs;
  // The end of what services of the cell printed ([[service]] in cloister.toml), lines that begin
  // with their names.
  std::string services{};
};

// "was killed by SIGSEGV (Segmentation fault)": goes on after the name of what ran.
std::string ending_text(const CellReport& report);

}  // namespace cloister
