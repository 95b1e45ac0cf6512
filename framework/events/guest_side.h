// The guest's half of the event pipe and of its cell's page. One object exists in each guest. It
// works in the process that entered the cell and does nothing in any process forked from that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "framework/kernel/error.h"
#include "framework/protocol/cell_page.h"

namespace cloister {

// The guest's ends of its pipes, and the descriptor to map its page by.
struct GuestDescriptors {
  int event = -1;
  int out = -1;
  int err = -1;   // -1 when stdout and stderr share `out`
  int page = -1;  // -1 unless the guest will exec
  int link = -1;  // to its warden, for a guest that may become a template (launch/template_side.h)
};

class GuestSide {
 public:
  GuestSide(const GuestDescriptors& descriptors, CellPage* page);
  const GuestDescriptors& descriptors() const { return descriptors_; }
  CellPage& page() const { return *page_; }

  // True in the guest itself, false in what it forks, in any pid namespace.
  bool is_guest() const;

  // Sends one frame. If its descriptor is closed or replaced, it leaves the frame in the cell's
  // page. False, with nothing sent, if there is no room for it, or in another process.
  bool send(std::uint16_t kind, std::string_view payload);
  // Bytes, including heads of frames, that still leave room for the end. Callers cut their texts to
  // fit: frames are never cut.
  std::size_t room() const;
  // What follows belongs to another task of this guest, and to that phase of it. It has the same
  // room as the one before.
  void begin_task(std::uint32_t task, std::uint8_t phase);
  // Notes that phase `phase` of the guest's life begins, and how much has been printed so far.
  void start_phase(std::uint8_t phase);
  // How much the present task has printed so far, on stdout and on stderr.
  struct Printed {
    std::uint64_t out = 0;
    std::uint64_t err = 0;
  };
  Printed printed() const;
  // Sent instead of a test: why there will be none. The process must end then.
  void fail_entry(const Error& error);
  // Sends the last frame. What follows can only spoil the result, not add to it.
  void finish();

 private:
  // By now the descriptor may be closed, or a file of the test's own.
  bool has_pipe() const;
  // Bytes that can still be sent.
  std::size_t left(bool by_pipe) const;
  bool write_all(std::string_view head, std::string_view payload) const;
  void spill(std::string_view head, std::string_view payload);
  // Since the guest began.
  Printed printed_in_all() const;

  GuestDescriptors descriptors_;
  CellPage* page_;
  std::uint32_t sequence_ = 0;
  std::size_t sent_ = 0;
  Printed printed_before_{};        // by earlier tasks
  std::uint64_t event_device_ = 0;  // identity of the pipe, to notice another file under its number
  std::uint64_t event_inode_ = 0;
};

}  // namespace cloister
