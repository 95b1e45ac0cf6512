// Who changed which path of the host in this run, and when: tests that overlapped in time and
// changed the same one are found here, and which of them is the later in test order.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <cloister/report.h>

namespace cloister {

// A test, and the time from its start to its end.
struct Writer {
  std::uint32_t task = 0;  // its number: tests are numbered in their order
  std::chrono::steady_clock::time_point started{};
  std::chrono::steady_clock::time_point ended{};
};

class FileLedger {
 public:
  // Notes that `writer` changes `path`, absolute. False if a test that comes later in test order
  // changed it while `writer` ran: then that one's stays. `conflicts` gets the other test, once for
  // each path.
  bool claim(std::string_view path, const Writer& writer, std::vector<FileConflict>& conflicts);
  // Whether another changed it after `writer` had started, who may not have seen it.
  bool changed_since(std::string_view path, const Writer& writer) const;

 private:
  struct Claim {
    Writer writer;
    bool is_told = false;  // of a conflict
  };
  std::map<std::string, Claim, std::less<>> claims_;
};

}  // namespace cloister
