#include "framework/events/frame_reader.h"

#include <fmt/format.h>

#include <cstring>

#include "framework/kernel/error.h"
#include "framework/protocol/cell_page.h"
#include "framework/protocol/frame.h"
#include "framework/wire/bytes.h"

namespace cloister {

void FrameReader::feed(std::string_view bytes) {
  if (!broken_.empty()) return;
  total_ += bytes.size();
  if (total_ > kMostEventBytes) {
    broken_ = fmt::format("it sent more than {} MiB of events", kMostEventBytes >> 20);
    return;
  }
  pending_.append(bytes);
  take_frames();
}

void FrameReader::take_frames() {
  std::string_view rest = pending_;
  FrameHead head;
  while (broken_.empty() && rest.size() >= sizeof head) {
    std::memcpy(&head, rest.data(), sizeof head);
    if (head.magic != kFrameMagic || head.zero != 0) {
      broken_ = "bytes that are no frame came out of its event pipe";
    } else if (head.sequence != next_sequence_) {
      broken_ = fmt::format("frame {} came where frame {} was due", head.sequence, next_sequence_);
    } else if (head.length > kLongestPayload) {
      broken_ = fmt::format("a frame of {} bytes is longer than the limit of {}", head.length,
                            kLongestPayload);
    } else if (finished_) {
      broken_ = "a frame came after its last one";
    } else if (rest.size() - sizeof head < head.length) {
      break;
    } else {
      take(head.kind, rest.substr(sizeof head, head.length));
      rest.remove_prefix(sizeof head + head.length);
      ++next_sequence_;
    }
  }
  pending_.erase(0, pending_.size() - rest.size());
}

void FrameReader::take(std::uint16_t kind, std::string_view payload) {
  if (kind == kFinishedFrame) {
    finished_ = true;
  } else if (kind == kEntryFailedFrame) {
    ByteReader fields(payload);
    const auto number = fields.number<std::int32_t>();
    std::string doing(fields.text());
    std::string hint(fields.at_end() ? "" : fields.text());
    entry_error_ = Error{std::move(doing), number, std::move(hint)};
    entry_failure_ = entry_error_.text();
  } else if (kind == kNextTaskFrame) {
    take_next_task(payload);
  } else if (kind >= kFirstEngineFrame) {
    broken_ = fmt::format("a frame of unknown kind {:#x} came", kind);
  } else {
    events_.push_back(Event{kind, std::string(payload)});
  }
}

void FrameReader::take_next_task(std::string_view payload) {
  ByteReader in(payload);
  EndedTask ended;
  ended.next = in.number<std::uint32_t>();
  ended.out = in.number<std::uint64_t>();
  ended.err = in.number<std::uint64_t>();
  while (in.ok() && !in.at_end()) {
    const auto phase = in.number<std::uint8_t>();
    const auto out = in.number<std::uint64_t>();
    ended.phases.push_back({phase, out, in.number<std::uint64_t>()});
  }
  if (!in.ok() || ended.phases.size() > static_cast<std::size_t>(kMostPhases)) {
    broken_ = "a frame that should name its next task does not";
    return;
  }
  ended.events = std::exchange(events_, {});
  ended_tasks_.push_back(std::move(ended));
  total_ = 0;
}

}  // namespace cloister
