// Which paths a run needs, however they are written. They stay visible in a cell with its own /tmp
// and /dev/shm. Called while facts are gathered, and by adapters that know of more.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "framework/facts/facts.h"

namespace cloister {

// Where `path` leads: each symbolic link on the way, then the end. All are absolute and without
// "..", "." and "//". If part of it does not exist, the rest is left as written.
std::vector<std::string> way_of(std::string_view path);

// Adds the parts of the way of `path` that exist and that a private /tmp or /dev/shm would hide.
void need(HostFacts& facts, std::string_view path);

// The same for a program or a library of it. Also adds every name on the way to program_files.
void need_of_program(HostFacts& facts, std::string_view path);

// The same for every absolute path in a text: the whole text ("/tmp/a b"), parts of a list of paths
// ("/usr/lib:/tmp/lib"), values of options ("log_path=/tmp/logs/asan,exitcode=1").
void need_named_in(HostFacts& facts, std::string_view text);

// The same for every variable of the environment. A job names there what its tests use, and nobody
// can list the variables it does this in (docs/decisions/0088).
void need_environment(HostFacts& facts);

// What coverage and sanitizers write at the end of each test, as LLVM_PROFILE_FILE, GCOV_PREFIX,
// log_path and coverage_dir of *SAN_OPTIONS say. The file names are not known in advance. So a
// directory below /tmp stays visible; `make` makes it first, as the tools would. If they write into
// /tmp itself, there is no private /tmp, and that is a loss with its cause.
void need_instruments(HostFacts& facts, bool make);

// Whether LLVM adds its counts to an existing file of this name: %m, also as %4m.
bool is_added_to(const std::string& profile);

}  // namespace cloister
