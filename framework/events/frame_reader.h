// Cuts a guest's event stream into Events. Accepts any bytes: the first that no guest of ours would
// send breaks the stream permanently; what came before stays.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <cloister/report.h>

#include "framework/kernel/error.h"

namespace cloister {

class FrameReader {
 public:
  // Bytes as they come, in pieces of any size.
  void feed(std::string_view bytes);

  const std::vector<Event>& events() const { return events_; }
  std::vector<Event> take_events() { return std::move(events_); }
  // The guest reported that it was done.
  bool finished() const { return finished_; }
  // Why the guest could not enter its cell; empty if it did.
  const std::string& entry_failure() const { return entry_failure_; }
  // The same, as the guest sent it.
  const Error& entry_error() const { return entry_error_; }
  // Why the stream is broken; empty while it is not.
  const std::string& broken() const { return broken_; }

 private:
  void take_frames();
  void take(std::uint16_t kind, std::string_view payload);

  std::string pending_;  // bytes of incomplete frames
  std::size_t total_ = 0;
  std::uint32_t next_sequence_ = 0;
  std::vector<Event> events_;
  std::string entry_failure_;
  Error entry_error_{};
  std::string broken_;
  bool finished_ = false;
};

}  // namespace cloister
