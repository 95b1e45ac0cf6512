// Asks a test binary something, outside any cell: what it is, which tests it has. A binary that
// hangs, crashes, floods or cannot be executed is an Error. Used by discover.cc.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "adapters/command/kinds/kind.h"
#include "framework/kernel/fd.h"

namespace cloister::command {

// This process's environment without what would change which tests a binary runs, and where and
// how it reports; with `added` in place of what is there. NAME=VALUE each.
std::vector<std::string> environment_of_tests(const std::vector<std::string>& added = {});

// A file in memory that a child can write to, as /proc/self/fd/N, from any mount namespace.
Result<Fd> make_report_file();
// Its content, up to a bound; nothing when it is larger.
std::string read_report_file(const Fd& file);

Result<Answer> ask_binary(const std::string& program, const std::vector<std::string>& arguments,
                          std::chrono::milliseconds timeout);

}  // namespace cloister::command
