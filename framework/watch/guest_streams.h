// The pipes from a guest to the watch loop, and what has come out of them so far.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include <cloister/report.h>

#include "framework/events/frame_reader.h"
#include "framework/kernel/error.h"
#include "framework/kernel/fd.h"
#include "framework/protocol/cell_page.h"

namespace cloister {

// Holds as much as a pipe does. The loop has one buffer for all cells.
using DrainBuffer = std::array<char, std::size_t{64} * 1024>;

// What a guest printed on one stream. Of the bytes that were read last it may be unknown yet to
// which task of the guest they belong.
class Printed {
 public:
  // Keeps at most `most` of what is known to be the present task's.
  void add(std::string_view bytes, Bytes most);
  // A task has ended that had printed so much: what is kept of it. The rest is the next one's.
  Output take_task(std::uint64_t count, Bytes most);
  Output take_all(Bytes most) {
    settle(last_.size(), most);
    return std::move(settled_);
  }
  std::uint64_t count() const { return settled_.kept.size() + settled_.dropped + last_.size(); }

 private:
  // That many of the last bytes are the present task's.
  void settle(std::size_t count, Bytes most);

  Output settled_;
  std::string last_;
};

class GuestStreams {
 public:
  static constexpr int kEvents = 0;
  static constexpr int kOut = 1;
  static constexpr int kErr = 2;
  static constexpr int kCount = 3;
  // After the cell's end its pipes hold what fits into them; only a process that outlived it can
  // add to that.
  static constexpr int kMostLastReads = 64;

  // The guest's ends, by stream.
  struct Ends {
    Fd fds[kCount];
  };
  // Makes the pipes: one for events; none, one or two for output.
  Result<Ends> open(int outputs);

  // For poll(2); -1 for a stream that has ended.
  int fd(int stream) const { return fds_[stream].get(); }
  // Reads what one of them has, through `buffer`, and returns it; "" if there was nothing. Keeps at
  // most `most` of the output.
  std::string_view drain(int stream, CellPage& page, Bytes most, DrainBuffer& buffer);
  // A task has ended that printed so much on a stream: takes that out of what was read.
  Output take_printed(int stream, std::uint64_t count, CellPage& page, Bytes most,
                      DrainBuffer& buffer);
  // The cell is gone. Reads what is left in the pipes, and the frames in its page.
  void finish(CellPage& page, Bytes most, DrainBuffer& buffer);

  FrameReader frames;
  Printed out;
  Printed err;

 private:
  Fd fds_[kCount];
};

}  // namespace cloister
