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

// The guest said that it was done, and its process then ended with status 0.
struct Finished {};
// The guest's process ended by itself, without having said that it was done or with a status other
// than 0.
struct Exited {
  int status = 0;
};
// A signal ended the guest that neither the deadline nor the memory cap sent.
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
// What the memory of a cell is made of. `shared` is what several processes can hold at once: tmpfs
// files, POSIX and System V shared memory, shared anonymous mappings; `file` is the page cache of
// other files; `kernel` is what the kernel holds for its processes, as what is in pipes and
// sockets, and 0 unless it is a sixteenth of the cap.
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
// The cell could not be made, or lacks what the test asked for: the guest never ran.
struct SetupFailed {
  std::string why;
};
// The guest was running when the whole run was told to end, and was killed.
struct Interrupted {};
// What came out of the guest's event pipe was not what a guest sends.
struct ProtocolBroken {
  std::string why;
};

using Outcome = std::variant<Finished, Exited, Signaled, TimedOut, OutOfMemory, SetupFailed,
                             ProtocolBroken, OutOfCpuTime, Interrupted>;

// What a cell used. Zero where the host cannot measure it. "By its cgroup" is the whole cell;
// getrusage(2) knows the guest and the children that it waited for.
struct Usage {
  std::chrono::microseconds wall{};      // from the guest's start to its end
  std::chrono::microseconds user_cpu{};  // by its cgroup where that counts it, else by getrusage(2)
  std::chrono::microseconds system_cpu{};
  std::chrono::microseconds throttled{};  // time its processes waited because of the CPU cap
  Bytes peak_memory;                      // by its cgroup, else of the guest (ru_maxrss)
  std::uint64_t peak_processes = 0;       // processes and threads at once, by its cgroup
  Bytes io_read;     // from block devices, by its cgroup where that counts it, else by getrusage(2)
  Bytes io_written;  // to block devices, likewise
  Bytes tmpfs;       // what /tmp and /dev/shm held when the guest ended
  std::uint64_t oom_kills = 0;      // processes of the cell that the memory cap killed
  std::uint64_t refused_forks = 0;  // times the process cap said no (cgroup v1 and v2: pids.events)
};

// A private tmpfs as it was when the guest ended.
struct TmpfsUse {
  std::string target;  // "/tmp"
  Bytes used;
  Bytes size;
  std::uint64_t inodes_used = 0;
  std::uint64_t inodes = 0;

  // Less than a page, or no inode, was left: writing gave ENOSPC, or was about to.
  bool full() const { return size.count < used.count + 4096 || inodes_used >= inodes; }
};

// A process that was still alive in the cell when its guest had ended.
struct Survivor {
  int pid = 0;            // inside the cell
  std::string name;       // comm, by proc(5); made printable, as all texts of what was left
  std::string command{};  // its arguments, the first 160 bytes of them
};

// What else was left there, by kind; a listening socket only by a process that is still alive.
enum class LeftKind : std::uint8_t {
  kTcpPort,       // "127.0.0.1:80", "[::1]:80"
  kUdpPort,       // likewise
  kUnixSocket,    // its name as in unix(7); an abstract one begins with '@'
  kSharedMemory,  // of System V: "key 0x1, 4096 bytes"
  kSemaphores,    // "key 0x1, 3 semaphores"
  kMessages,      // "key 0x1, 2 messages"
  kFile,          // in a private directory: what lies in it directly, a directory with '/'
};
inline constexpr int kLeftKinds = 7;
static_assert(kLeftKinds == static_cast<int>(LeftKind::kFile) + 1, "the last one");
struct LeftThings {
  LeftKind kind{};
  std::string where{};               // of files: "/tmp"
  std::uint64_t count = 0;           // of files: all of them, those in directories too
  std::vector<std::string> names{};  // the first few
};

// What a test changed in its views of the host's files (CellConfig::files), its private directories
// apart.
enum class FileChange : std::uint8_t { kCreated, kChanged, kDeleted };
struct ChangedFile {
  FileChange change{};
  std::string path;
  Bytes size;  // of a regular file, as it is now
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
  std::vector<FileConflict> conflicts{};  // where they are to fail; each path once in a run
  std::string failure{};  // "'PATH': why" of the first that could not be put in place; else empty
  std::string unsaved{};  // why it could not be saved (CellConfig::keep_failed); else empty
  // With Files::kDeclared, the first 8 changes besides its outputs, which were thrown away.
  std::vector<std::string> undeclared{};
};

// What the processes of a cell asked the kernel for by name (CellConfig::audit), its private
// directories and those of the system apart.
enum PathUse : std::uint8_t {
  kLookedAt = 1,      // stat(2), access(2), chdir(2) and their like
  kRead = 2,          // a file that was there before the test
  kListed = 4,        // the names in a directory
  kExecuted = 8,      // a program; those of the system are named, too
  kWritten = 16,      // created, opened for writing, renamed, removed
  kInOwnView = 32,    // what was written there no other test sees while it runs
  kRenamed = 64,      // given another name, or none: rename(2), link(2), unlink(2), rmdir(2)
  kIsDirectory = 128  // of what is kRenamed: it was a directory
};
struct UsedPath {
  std::string path;
  std::uint8_t uses = 0;  // PathUse
};
// Both of two tests that overlapped in time used the same path, which they share, and at least one
// of them wrote to it.
struct Meeting {
  std::string path;
  std::uint32_t other = 0;  // the number of the other cell
  bool own_wrote = false;
  bool other_wrote = false;
};
struct Audit {
  bool is_on = false;
  std::vector<UsedPath> paths{};         // by name; the first 4096
  std::uint64_t more_paths = 0;          // calls with names beyond those
  std::vector<std::string> addresses{};  // called: "127.0.0.1:80", "[::1]:80", a Unix socket's name
  std::vector<std::string> listened{};   // that a socket was bound to
  std::vector<Meeting> meetings{};       // the first 8
  // With Files::kDeclared what is on the host and was asked for undeclared; with Files::kReadOnly
  // what was to be written. The first 8.
  std::vector<std::string> refused{};
  bool is_declared = false;  // with Files::kDeclared
  std::string gap{};         // what could not be seen, and why; else empty
};

// One message of the guest; what `kind` and `payload` mean is the adapter's business.
struct Event {
  std::uint16_t kind = 0;
  std::string payload;
};

// A stretch of the guest's life, numbered by the adapter, and how much it had printed when it
// began.
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
  std::uint32_t id = 0;  // the number its starter gave the cell
  Outcome outcome;
  // The process, by its number outside of the cell, that was killed and had not died some seconds
  // later: the guest, or the cell's init, which waits for what does not die. 0 is none.
  int undying = 0;
  // The guest had sent its last message (it may still have died afterwards).
  bool said_finished = false;
  Caps caps;
  Usage usage;
  Output out;  // holds both streams, in the order written, when the cell was told to join them
  Output err;
  std::vector<PhaseStart> phases;
  std::vector<Event> events;
  std::vector<Survivor> survivors;  // the first few of them
  std::uint32_t survivor_count = 0;
  std::vector<LeftThings> left;
  Leaks leaks = Leaks::kReport;  // what was asked for
  std::vector<TmpfsUse> tmpfs;   // empty when the cell was killed from outside
  ChangedFiles files;
  Audit audit;
  // What each part of the cell's life cost, in nanoseconds; 0 is a part that there was not. Empty
  // when the cell was never dismantled.
  std::vector<std::uint32_t> costs;
};

// "was killed by SIGSEGV (Segmentation fault)": goes on after the name of what ran.
std::string ending_text(const CellReport& report);

}  // namespace cloister
