// Finds out what kind the binaries are, asks them for their tests, and picks those to run. Used by
// run.cc.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/command/run/ask.h"
#include "adapters/command/run/attempt.h"

namespace cloister::command {

// The value of --kind for a binary that is linked with Cloister.
inline constexpr std::string_view kLinked = "cloister";
std::string kind_names();

struct Discovery {
  std::string kind;                // empty: ask each binary
  std::vector<std::string> flags;  // for the binaries
  std::chrono::milliseconds timeout{};
};

Result<std::unique_ptr<Binary>> discover(const std::string& program, const Discovery& how,
                                         Questions& questions);

struct Choice {
  std::string filter;              // as for --gtest_filter; empty takes all
  std::vector<std::string> names;  // if any: exactly these
  bool disabled = false;           // also those that their authors disabled
  std::uint64_t shard = 0;         // of `shards`, from 0
  std::uint64_t shards = 1;
};
// The error names what was chosen and does not exist.
Result<std::vector<Selected>> choose(const std::vector<std::unique_ptr<Binary>>& binaries,
                                     const Choice& choice);

}  // namespace cloister::command
