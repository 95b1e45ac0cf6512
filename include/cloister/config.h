// What a test may ask of its cell. Every field is optional. An unset field takes its value from the
// layer below (defaults < cloister.toml < environment < flags < suite < test). In code, use
// designated initialisers (C++20),
//
//   CLOISTER_SUITE(StorageTest, {.memory = 64_MiB, .deadline = 2s});
//
// or, in C++17, the setters: cloister::CellConfig{}.with_memory(64_MiB).with_deadline(2s).
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
  kNone,      // its own network namespace, in which even loopback is down
  kLoopback,  // its own network namespace, with loopback up (IPv4 and IPv6): the default
  kHost,      // the host's network: ports are shared with every other test
};

// What happens to leftovers of a test in its cell: processes, listening ports, System V objects,
// files in its private directories. The end of the cell removes them all.
enum class Leaks {
  kIgnore,  // they are not looked for
  kReport,  // they are listed and do not affect the verdict: the default
  kFail,    // they are listed, and a test that ended well fails because of them
};

// How a test sees the host's files in its views (CellConfig::files_in), and what happens to what it
// writes there.
enum class Files {
  kHost,      // the files themselves: a write is visible to every other test at once
  kKeep,      // its own copy-on-write view; changes are put in place after the test: the default
  kDiscard,   // its own copy-on-write view; changes are thrown away after the test
  kReadOnly,  // the files themselves; writing fails with EROFS
  // Only the system's directories, the program with its libraries, CellConfig::inputs, and
  // directories for CellConfig::outputs, which are put in place after the test has ended.
  kDeclared,
};

// What happens when two tests that ran at the same time changed the same file in their views.
enum class FileConflicts {
  kIgnore,  // nothing is reported; the file of the later test (in test order) stays
  kNote,    // a note names both tests and the file: the default
  kFail,    // the test that ended later fails
};

// Which tests share a process and its cell, and with them what is set up: docs/SCOPES.md.
enum class Scope {
  kTest,  // none: each test has its own, and its own set-up: the default
  // Each test has its own, a fork of one in which its suite was set up: the tests of a suite that
  // have the same settings share that.
  kSnapshot,
  // The same, and the servers that the set-up started answer. One test of the suite at a time.
  kServices,
  kAuto,     // kSnapshot, else kServices, else kSuite, by what the set-up of the suite leaves
  kSuite,    // the tests of a suite that have the same settings: for tests that build on each other
  kProgram,  // all tests of this scope that have the same settings: for pure functions
};

struct CellConfig {
  // The hostname inside. Default "cloister". At most 64 bytes, by uname(2). If the cell has its own
  // network, a private /etc/hosts resolves the name.
  std::optional<std::string> hostname{};
  // Default Network::kLoopback.
  std::optional<Network> network{};
  // Whether the test may get a network namespace of earlier tests that provably did not use it. If
  // this test does not use it either, the namespace is handed on. This saves making a new one.
  // /proc/sys/net is then read-only, and a root guest cannot configure the network. Default false.
  std::optional<bool> reuse_network{};
  // Gives an ordinary user's guest uid and gid 0 inside. Files that it makes still belong to the
  // user outside. Default false: the guest keeps its user.
  std::optional<bool> as_root{};
  // Leaves a root guest every capability inside its cell, so that it may mount. It can then also
  // undo the mounts that the cell made for it. Default false.
  std::optional<bool> privileged{};
  // The most memory, including swap, that the guest and its children may hold at once. Files in
  // /tmp and /dev/shm count. Default: no cap.
  std::optional<Bytes> memory{};
  // Above this much memory the kernel slows the cell down and reclaims what it can, but does not
  // kill: memory.high of cgroup v2. Default: none.
  std::optional<Bytes> memory_high{};
  // The most processes and threads alive at once, including the guest. Default 4096, a backstop.
  std::optional<std::uint32_t> processes{};
  // Processor time per wall-clock time, over all processors: 0.5 is half of one processor, 2 is
  // two. At least 0.01; 0 is no cap. Default: no cap.
  std::optional<double> cpus{};
  // The processors that may be used, as in "0-3,6". Default: those of the run.
  std::optional<std::string> cpu_set{};
  // The most bytes per second read from, and written to, each block device. Data that stays in the
  // page cache does not count. 0 is no cap. Default: no cap.
  std::optional<Bytes> io_read_rate{};
  std::optional<Bytes> io_write_rate{};
  // Whether the cell has its own /tmp and /dev/shm. Default true.
  std::optional<bool> private_tmp{};
  // Sizes of the private /tmp and /dev/shm. Default 1 GiB each. They count as memory of the guest.
  std::optional<Bytes> tmp_size{};
  std::optional<Bytes> shm_size{};
  // The most files and directories that the guest may have in each of the two. Default 131072.
  std::optional<std::uint64_t> tmpfs_inodes{};
  // One more than the highest descriptor the guest may open: RLIMIT_NOFILE, setrlimit(2). Default:
  // the run's own limit.
  std::optional<std::uint64_t> open_files{};
  // The largest file the guest may write: RLIMIT_FSIZE. Exceeding it raises SIGXFSZ. Default: the
  // run's own limit.
  std::optional<Bytes> file_size{};
  // The largest core file: RLIMIT_CORE. A host that pipes cores to a program ignores it: core(5).
  // Default: the run's own limit.
  std::optional<Bytes> core_size{};
  // Wall-clock time after which everything in the cell is killed; 0 is never. Default 10 minutes.
  std::optional<std::chrono::milliseconds> deadline{};
  // Processor time of the whole cell after which everything in it is killed; 0 is never. Without a
  // cgroup that counts it, children count only once they have been waited for. Default: never.
  std::optional<std::chrono::milliseconds> cpu_time{};
  // Wall-clock time after which one line on stderr names the running test; 0 is never. Default 1
  // minute.
  std::optional<std::chrono::milliseconds> notice_after{};
  // How much of each output stream is kept. The rest is read, counted and dropped. Default 16 MiB.
  std::optional<Bytes> output{};
  // Default Leaks::kReport.
  std::optional<Leaks> leaks{};
  // Descriptors above 2 that were open before the run and that the guest shares unchanged. Default
  // none. How guests get the others: docs/decisions/0092.
  std::optional<std::vector<int>> keep_fds{};
  // Files and directories below /tmp or /dev/shm that stay visible under the private ones. The run
  // adds what it finds that it needs: working directory, test binary, what the environment names.
  // For each, the whole top-level entry of /tmp stays, and all tests share it. Default none.
  std::optional<std::vector<std::string>> keep_paths{};
  // Default Files::kKeep for tests; Files::kHost for commands and where io_write_rate is set. What
  // is written in a view is kept in memory, and counts as the guest's. docs/FILES.md.
  std::optional<Files> files{};
  // The directories that `files` applies to, with everything in them except other mounts. Default:
  // the build tree and the source tree that the run was started in, or else its working directory;
  // the home directory, /var/tmp and $XDG_RUNTIME_DIR.
  std::optional<std::vector<std::string>> files_in{};
  // Files and directories in files_in that stay the host's own and that all tests share: names, or
  // patterns like those of `inputs`. They must exist when the run starts. Default none; gcov's
  // counter files are found automatically.
  std::optional<std::vector<std::string>> shared_files{};
  // With Files::kDeclared, what the test may read: names, or patterns as of glob(7), in which "**"
  // matches any number of directories. A relative one starts at the directory of its cloister.toml,
  // or else where the run was started.
  std::optional<std::vector<std::string>> inputs{};
  // With Files::kDeclared, what the test may write, in the same form. An output does not exist when
  // the test starts unless it is also an input.
  std::optional<std::vector<std::string>> outputs{};
  // Where writes in a view are kept until the guest has ended: "memory", which counts as the
  // guest's, or a directory outside of the views. If that directory is on the same file system as
  // the viewed one, putting a file in place is a rename. Default memory.
  std::optional<std::string> files_store{};
  // Default FileConflicts::kNote.
  std::optional<FileConflicts> file_conflicts{};
  // A directory for what a failed test has written in its view: saved below DIRECTORY/Suite.Test,
  // under its full path. Default none.
  std::optional<std::string> keep_failed{};
  // Whether to record which files a test reads and writes by name, which programs it executes and
  // which addresses it calls. Each such call then waits for the warden (docs/FILES.md). Default
  // false. With Files::kDeclared and kReadOnly, refused accesses are reported unless this is false.
  std::optional<bool> audit{};

  // Default Scope::kTest. For a suite of a program that is linked with Cloister.
  std::optional<Scope> scope{};

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
  CellConfig& with_scope(Scope value) { return set(scope, value); }

 private:
  template <typename T, typename Value>
  CellConfig& set(std::optional<T>& field, Value&& value) {
    field = std::forward<Value>(value);
    return *this;
  }
};

}  // namespace cloister
