// Which tests used the same shared path while both ran. That can make a test fail next to another
// and pass alone.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <cloister/report.h>

#include "framework/files/ledger.h"

namespace cloister {

using PathUses = std::map<std::string, std::uint8_t>;

class VisitBook {
 public:
  // What `writer`, which has ended, shared with tests that overlapped with it and ended before it.
  // Then remembers it.
  void meet(const Writer& writer, const PathUses& paths, std::vector<Meeting>& meetings);
  // The same with a test that is still running.
  static void meet_running(const PathUses& paths, std::uint32_t other, const PathUses& others,
                           std::vector<Meeting>& meetings);
  // Nothing that runs now, or will run, started before this.
  void forget_before(std::chrono::steady_clock::time_point start);

 private:
  struct Visit {
    Writer writer;
    PathUses paths;
  };
  std::vector<Visit> visits_;
};

}  // namespace cloister
