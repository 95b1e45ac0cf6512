#include "framework/watch/guest_streams.h"

#include <errno.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace cloister {

void Printed::settle(std::size_t count, Bytes most) {
  Output& to = settled_;
  const std::uint64_t room = most.count - std::min<std::uint64_t>(most.count, to.kept.size());
  const std::size_t kept = std::min<std::uint64_t>(room, count);
  to.kept.append(last_, 0, kept);
  to.dropped += count - kept;
  last_.erase(0, count);
}

void Printed::add(std::string_view bytes, Bytes most) {
  if (bytes.empty()) return;
  settle(last_.size(), most);
  last_ = bytes;
}

Output Printed::take_task(std::uint64_t count, Bytes most) {
  const std::uint64_t before = settled_.kept.size() + settled_.dropped;
  settle(std::min<std::uint64_t>(count - std::min(count, before), last_.size()), most);
  return std::exchange(settled_, {});
}
Result<GuestStreams::Ends> GuestStreams::open(int outputs) {
  Ends ends;
  for (int stream = 0; stream <= outputs; ++stream) {
    auto pipe = make_pipe();
    if (!pipe) return std::unexpected(pipe.error());
    if (auto set = set_nonblocking(pipe->read_end); !set) return std::unexpected(set.error());
    fds_[stream] = std::move(pipe->read_end);
    ends.fds[stream] = std::move(pipe->write_end);
  }
  return ends;
}

std::string_view GuestStreams::drain(int stream, CellPage& page, Bytes most, DrainBuffer& buffer) {
  Fd& fd = fds_[stream];
  if (!fd.open()) return {};
  const bool output = stream != kEvents;
  if (output) page.drain_turn.fetch_add(1);
  const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
  const std::string_view bytes(buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  if (output) {
    page.drained[stream - 1].fetch_add(bytes.size());
    page.drain_turn.fetch_add(1);
  }
  if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) fd.reset();
  if (output) {
    (stream == kOut ? out : err).add(bytes, most);
  } else {
    frames.feed(bytes);
  }
  return bytes;
}

Output GuestStreams::take_printed(int stream, std::uint64_t count, CellPage& page, Bytes most,
                                  DrainBuffer& buffer) {
  Printed& all = stream == kOut ? out : err;
  // All of it is in the pipe, if the guest says the truth.
  while (all.count() < count && !drain(stream, page, most, buffer).empty()) {
  }
  return all.take_task(count, most);
}

void GuestStreams::finish(CellPage& page, Bytes most, DrainBuffer& buffer) {
  for (int stream = 0; stream < kCount; ++stream) {
    for (int reads = 0; reads < kMostLastReads && !drain(stream, page, most, buffer).empty();
         ++reads) {
    }
    fds_[stream].reset();
  }
  const std::uint32_t spilled = std::min<std::uint32_t>(page.spilled, kSpillSize);
  frames.feed(std::string_view(page.spill, spilled));
}

}  // namespace cloister
