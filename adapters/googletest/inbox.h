// The keeper's view of the warden: the record of each test. The keeper waits for it when needed.
#pragma once

#include <chrono>
#include <memory>
#include <unordered_map>

#include "adapters/googletest/messages.h"
#include "adapters/googletest/registry.h"
#include "adapters/googletest/warden.h"
#include "framework/watch/outbox.h"

namespace cloister::googletest {

using RecordPtr = std::shared_ptr<const Record>;

class Inbox {
 public:
  Inbox() = default;
  explicit Inbox(WardenLink link) : link_(std::move(link)) {}

  // Blocks until the test's cell has been reported; nullptr if the warden has ended without a
  // report. The record stays available until it is dropped.
  RecordPtr wait_for(TestId id);
  // A record that says why there are no more reports, for a test without one.
  RecordPtr give_up(TestId id);
  // Takes everything that is still to come. Ends a warden that was interrupted and then sends
  // nothing for kMostSilence.
  void take_all();
  bool gave_up() const { return gave_up_; }
  // Longer than the warden waits for what it kills.
  static constexpr std::chrono::seconds kMostSilence{15};
  // For a run that was told to end: its builder takes two seconds at most.
  static constexpr std::chrono::seconds kLastWords{5};
  // A record that was reported and not dropped, else nullptr.
  RecordPtr find(TestId id) const;
  const Fd& warden() const { return link_.socket; }
  void drop(TestId id) { records_.erase(id); }
  // Ends the warden and everything that still runs, and waits until all is cleaned up.
  void close();

 private:
  using Clock = std::chrono::steady_clock;
  bool receive();
  void keep(std::string_view bytes);
  void wait_for_words();
  int wait_for_end();

  WardenLink link_;
  MessageReader reader_;
  Clock::time_point silent_since_{};  // in an interrupted run
  bool ended_ = false;
  bool gave_up_ = false;
  std::unordered_map<TestId, RecordPtr> records_;
};

}  // namespace cloister::googletest
