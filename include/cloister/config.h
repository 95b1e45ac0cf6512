// What a test may ask of its cell. Every field is optional: what is not set comes from the layer
// below (defaults < cloister.toml < environment < flags < suite < test). Written in code with
// designated initialisers (C++20),
//
//   CLOISTER_SUITE(StorageTest, {.memory = 64_MiB, .deadline = 2s});
//
// or, in C++17, with the setters: cloister::CellConfig{}.with_memory(64_MiB).with_deadline(2s).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <cloister/units.h>

namespace cloister {

// What a cell sees of the network.
enum class Network {
  kNone,      // a network namespace of its own in which even loopback is down
  kLoopback,  // a network namespace of its own with loopback up (IPv4 and IPv6): the default
  kHost,      // the host's network: ports are shared with every other test
};

// What becomes of what a test leaves in its cell: processes, listening ports, System V objects,
// files in its private directories. The cell's end removes them all.
enum class Leaks {
  kIgnore,  // nobody looks
  kReport,  // they are listed; the test's verdict is its own: the default
  kFail,    // they are listed, and a test that ended well fails for them
};

// What a test sees of the host's files in its view (CellConfig::files_in), and what becomes of what
// it writes there.
enum class Files {
  kHost,      // the files themselves: what it writes is there at once, for every other test too
  kKeep,      // a copy-on-write view of its own; put in place when the test has ended: the default
  kDiscard,   // the same, thrown away when the test has ended
  kReadOnly,  // the files themselves, and writing fails with EROFS
  // No more than the system's directories, the program with its libraries, CellConfig::inputs, and
  // directories for CellConfig::outputs, which are put in place when the test has ended.
  kDeclared,
};

// What becomes of it when two tests that ran at the same time changed the same file in their views.
enum class FileConflicts {
  kIgnore,  // nothing is said: what the later in test order wrote is there
  kNote,    // a note names both tests and the file: the default
  kFail,    // the one that ended later fails
};

struct CellConfig {
  // The hostname inside. Default "cloister". At most 64 bytes, by uname(2). With a network of the
  // cell's own it resolves, by a private /etc/hosts.
  std::optional<std::string> hostname{};
  // Default Network::kLoopback.
  std::optional<Network> network{};
  // Whether the test's network namespace may be one that tests before it had and provably left
  // unused, and be handed on if this one leaves it unused, too. It saves the making of one.
  // /proc/sys/net is read-only then, and a root guest cannot configure the network. Default false.
  std::optional<bool> reuse_network{};
  // Gives an ordinary user's guest uid and gid 0 inside. Files it makes still belong to the user
  // outside. Default false: the guest keeps its user.
  std::optional<bool> as_root{};
  // Leaves a root guest every capability inside its cell, so that it may mount. It can then also
  // undo what the cell mounted for it. Default false.
  std::optional<bool> privileged{};
  // The most memory, swap included, that the guest and its children may hold at once; what they
  // keep in /tmp and /dev/shm counts. Default: no cap.
  std::optional<Bytes> memory{};
  // Memory above which the kernel slows the cell down and takes back what it can, without killing:
  // memory.high of cgroup v2. Default: none.
  std::optional<Bytes> memory_high{};
  // The most processes and threads alive at once, the guest included. Default 4096, a backstop.
  std::optional<std::uint32_t> processes{};
  // Processor time per wall-clock time, over all processors: 0.5 is half of one, 2 is two whole
  // ones. From 0.01; 0 is no cap. Default: no cap.
  std::optional<double> cpus{};
  // The processors that may be used, as in "0-3,6". Default: those of the run.
  std::optional<std::string> cpu_set{};
  // The most bytes a second read from, and written to, each block device; what stays in the page
  // cache is not counted. 0 is no cap. Default: no cap.
  std::optional<Bytes> io_read_rate{};
  std::optional<Bytes> io_write_rate{};
  // Whether /tmp and /dev/shm are the cell's own. Default true.
  std::optional<bool> private_tmp{};
  // Sizes of the private /tmp and /dev/shm. Default 1 GiB each. They count as memory of the guest.
  std::optional<Bytes> tmp_size{};
  std::optional<Bytes> shm_size{};
  // The most files and directories that the guest may have in each of the two. Default 131072.
  std::optional<std::uint64_t> tmpfs_inodes{};
  // One more than the highest descriptor the guest may open: RLIMIT_NOFILE, setrlimit(2). Default:
  // the run's own limit.
  std::optional<std::uint64_t> open_files{};
  // The largest file the guest may write: RLIMIT_FSIZE. Going over is SIGXFSZ. Default: the run's
  // own limit.
  std::optional<Bytes> file_size{};
  // The largest core file: RLIMIT_CORE, which a host that pipes cores to a program does not obey:
  // core(5). Default: the run's own limit.
  std::optional<Bytes> core_size{};
  // Wall-clock time after which everything in the cell is killed; 0 is never. Default 10 minutes.
  std::optional<std::chrono::milliseconds> deadline{};
  // Processor time of the whole cell after which everything in it is killed; 0 is never. Without a
  // cgroup that counts it, children count once they have been waited for. Default: never.
  std::optional<std::chrono::milliseconds> cpu_time{};
  // Wall-clock time after which one line on stderr names the running test; 0 is never. Default 1
  // minute.
  std::optional<std::chrono::milliseconds> notice_after{};
  // How much of each output stream is kept; the rest is read, counted and dropped. Default 16 MiB.
  std::optional<Bytes> output{};
  // Default Leaks::kReport.
  std::optional<Leaks> leaks{};
  // Descriptors above 2 that were open before the run and that the guest shares as they are.
  // Default none. What guests have of the others: docs/decisions/0092.
  std::optional<std::vector<int>> keep_fds{};
  // Files and directories below /tmp or /dev/shm that stay visible under the private ones, besides
  // those that the run is seen to need: working directory, test binary, what the environment names.
  // Of each the whole entry of /tmp stays, and all tests share it. Default none.
  std::optional<std::vector<std::string>> keep_paths{};
  // Default Files::kKeep for tests, Files::kHost for commands and where io_write_rate is set: what
  // is written in a view is kept in memory, and counts as the guest's. docs/FILES.md.
  std::optional<Files> files{};
  // The directories that `files` is about, with all that lies in them but other mounts. Default:
  // the build tree and the source tree that the run was started in, or else its working directory;
  // the home directory, /var/tmp and $XDG_RUNTIME_DIR.
  std::optional<std::vector<std::string>> files_in{};
  // Files and directories in them that stay the host's own, shared by all tests: names, or patterns
  // as of `inputs`. They must be there when the run starts. Default none; what gcov counts in is
  // found by itself.
  std::optional<std::vector<std::string>> shared_files{};
  // With Files::kDeclared, what the test may read: names, or patterns as of glob(7), in which "**"
  // stands for any number of directories. A relative one begins at the directory of the
  // cloister.toml that it stands in, else where the run was started.
  std::optional<std::vector<std::string>> inputs{};
  // With Files::kDeclared, what it may write, likewise. It is not there when the test starts unless
  // it is an input, too.
  std::optional<std::vector<std::string>> outputs{};
  // Where what is written in a view is kept until the guest has ended: "memory", where it counts as
  // the guest's, or a directory outside of the views; one in the same file system as what they are
  // of makes putting it in place a rename. Default memory.
  std::optional<std::string> files_store{};
  // Default FileConflicts::kNote.
  std::optional<FileConflicts> file_conflicts{};
  // A directory for what a failed test has written in its view: below DIRECTORY/Suite.Test, under
  // its whole name. Default none.
  std::optional<std::string> keep_failed{};
  // Whether to record which files a test reads and writes by name, which programs it executes and
  // which addresses it calls: each such call then waits for the warden (docs/FILES.md). Default
  // false; but with Files::kDeclared and kReadOnly what was asked for and is not to be had is told,
  // unless this is false.
  std::optional<bool> audit{};

  CellConfig& with_hostname(std::string value) { return set(hostname, std::move(value)); }
  CellConfig& with_network(Network value) { return set(network, value); }
  CellConfig& with_reuse_network(bool value = true) { return set(reuse_network, value); }
  CellConfig& with_as_root(bool value = true) { return set(as_root, value); }
  CellConfig& with_privileged(bool value = true) { return set(privileged, value); }
  CellConfig& with_memory(Bytes value) { return set(memory, value); }
  CellConfig& with_memory_high(Bytes value) { return set(memory_high, value); }
  CellConfig& with_processes(std::uint32_t value) { return set(processes, value); }
  CellConfig& with_cpus(double value) { return set(cpus, value); }
  CellConfig& with_cpu_set(std::string value) { return set(cpu_set, std::move(value)); }
  CellConfig& with_io_read_rate(Bytes value) { return set(io_read_rate, value); }
  CellConfig& with_io_write_rate(Bytes value) { return set(io_write_rate, value); }
  CellConfig& with_private_tmp(bool value) { return set(private_tmp, value); }
  CellConfig& with_tmp_size(Bytes value) { return set(tmp_size, value); }
  CellConfig& with_shm_size(Bytes value) { return set(shm_size, value); }
  CellConfig& with_tmpfs_inodes(std::uint64_t value) { return set(tmpfs_inodes, value); }
  CellConfig& with_open_files(std::uint64_t value) { return set(open_files, value); }
  CellConfig& with_file_size(Bytes value) { return set(file_size, value); }
  CellConfig& with_core_size(Bytes value) { return set(core_size, value); }
  CellConfig& with_deadline(std::chrono::milliseconds value) { return set(deadline, value); }
  CellConfig& with_cpu_time(std::chrono::milliseconds value) { return set(cpu_time, value); }
  CellConfig& with_notice_after(std::chrono::milliseconds value) {
    return set(notice_after, value);
  }
  CellConfig& with_output(Bytes value) { return set(output, value); }
  CellConfig& with_leaks(Leaks value) { return set(leaks, value); }
  CellConfig& with_keep_fds(std::vector<int> value) { return set(keep_fds, std::move(value)); }
  CellConfig& with_keep_paths(std::vector<std::string> value) {
    return set(keep_paths, std::move(value));
  }
  CellConfig& with_files(Files value) { return set(files, value); }
  CellConfig& with_files_in(std::vector<std::string> value) {
    return set(files_in, std::move(value));
  }
  CellConfig& with_shared_files(std::vector<std::string> value) {
    return set(shared_files, std::move(value));
  }
  CellConfig& with_inputs(std::vector<std::string> value) { return set(inputs, std::move(value)); }
  CellConfig& with_outputs(std::vector<std::string> value) {
    return set(outputs, std::move(value));
  }
  CellConfig& with_files_store(std::string value) { return set(files_store, std::move(value)); }
  CellConfig& with_file_conflicts(FileConflicts value) { return set(file_conflicts, value); }
  CellConfig& with_keep_failed(std::string value) { return set(keep_failed, std::move(value)); }
  CellConfig& with_audit(bool value = true) { return set(audit, value); }

 private:
  template <typename T, typename Value>
  CellConfig& set(std::optional<T>& field, Value&& value) {
    field = std::forward<Value>(value);
    return *this;
  }
};

}  // namespace cloister
