// Which paths a run needs, however they are written: what stays visible where a cell has a /tmp
// and a /dev/shm of its own. Called while facts are gathered, and by adapters that know of more.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "framework/facts/facts.h"

namespace cloister {

// Where `path` leads: each symbolic link on the way, and then where it ends, all of them absolute
// and without "..", "." and "//". Of what does not exist the rest stays as it is written.
std::vector<std::string> way_of(std::string_view path);

// Adds what of the way of `path` a private /tmp or /dev/shm would hide, where it exists.
void need(HostFacts& facts, std::string_view path);

// The same for a program, or a library of one; every name of its way is among its files, too.
void need_of_program(HostFacts& facts, std::string_view path);

// The same for every absolute path in a text: all of it ("/tmp/a b"), parts of a list of paths
// ("/usr/lib:/tmp/lib"), values of options ("log_path=/tmp/logs/asan,exitcode=1").
void need_named_in(HostFacts& facts, std::string_view text);

// The same for every variable of the environment: a job names there, under names that nobody can
// list, what its tests use (docs/decisions/0088).
void need_environment(HostFacts& facts);

// What coverage and sanitizers write at the end of each test, by LLVM_PROFILE_FILE, GCOV_PREFIX,
// log_path and coverage_dir of *SAN_OPTIONS. Their names cannot be foretold: a directory below /tmp
// stays visible, and is made first if `make`, for they would make it; files in /tmp itself cost the
// private /tmp, and that is a loss with its cause.
void need_instruments(HostFacts& facts, bool make);

// Whether LLVM's counts go to a file with this name by adding to what is there: %m, also as %4m.
bool is_added_to(const std::string& profile);

}  // namespace cloister
