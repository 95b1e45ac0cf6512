#include "framework/watch/guest_streams.h"

#include <errno.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

namespace cloister {
namespace {

void keep(Output& output, std::string_view bytes, Bytes most) {
  const std::uint64_t room = most.count - std::min<std::uint64_t>(most.count, output.kept.size());
  const std::size_t kept = std::min<std::uint64_t>(room, bytes.size());
  output.kept.append(bytes.substr(0, kept));
  output.dropped += bytes.size() - kept;
}

}  // namespace

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
    keep(stream == kOut ? out : err, bytes, most);
  } else {
    frames.feed(bytes);
  }
  return bytes;
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
