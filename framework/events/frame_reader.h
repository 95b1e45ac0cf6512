// Cuts a guest's event stream into Events. Accepts any bytes: the first that no guest of ours would
// send breaks the stream permanently; what came before stays.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cloister/report.h>

#include "framework/kernel/error.h"

namespace cloister {

// What a guest said about a task before it went on to the next: frame.h. Nothing is checked but the
// form.
struct EndedTask {
  std::uint32_t next = 0;
  std::uint64_t out = 0;  // bytes that it printed
  std::uint64_t err = 0;
  std::vector<PhaseStart> phases;
  std::vector<Event> events;
};

class FrameReader {
 public:
  // Bytes as they come, in pieces of any size.
  void feed(std::string_view bytes);

  const std::vector<Event>& events() const { return events_; }
  std::vector<Event> take_events() { return std::move(events_); }
  bool has_ended_tasks() const { return !ended_tasks_.empty(); }
  // The tasks that have ended since the last call. The events of the present one are not here.
  std::vector<EndedTask> take_ended_tasks() { return std::exchange(ended_tasks_, {}); }
  // The guest said something else that no guest of ours says.
  void break_off(std::string why) { broken_ = std::move(why); }
  // There will be no guest.
  void fail_entry(const Error& error) {
    entry_error_ = error;
    entry_failure_ = error.text();
  }
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
  void take_next_task(std::string_view payload);

  std::string pending_;    // bytes of incomplete frames
  std::size_t total_ = 0;  // of the present task
  std::uint32_t next_sequence_ = 0;
  std::vector<Event> events_;
  std::vector<EndedTask> ended_tasks_;
  std::string entry_failure_;
  Error entry_error_{};
  std::string broken_;
  bool finished_ = false;
};

}  // namespace cloister
