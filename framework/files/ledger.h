// Which test changed which path of the host in this run, and when. Finds tests that overlapped in
// time and changed the same path, and which of them is later in test order.
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
  std::uint32_t task = 0;  // its number; numbers follow test order
  std::chrono::steady_clock::time_point started{};
  std::chrono::steady_clock::time_point ended{};
};

class FileLedger {
 public:
  // Notes that `writer` changes `path`, which is absolute. False if a test that is later in test
  // order changed it while `writer` ran; that test's version stays. `conflicts` gets the other
  // test, once for each path.
  bool claim(std::string_view path, const Writer& writer, std::vector<FileConflict>& conflicts);
  // Whether another test changed it after `writer` started, which may not have seen that.
  bool changed_since(std::string_view path, const Writer& writer) const;

 private:
  struct Claim {
    Writer writer;
    bool is_told = false;  // of a conflict
  };
  std::map<std::string, Claim, std::less<>> claims_;
};

}  // namespace cloister
