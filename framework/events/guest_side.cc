#include "framework/events/guest_side.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>

#include "framework/kernel/process_mark.h"
#include "framework/protocol/frame.h"
#include "framework/wire/bytes.h"

namespace cloister {
namespace {

constexpr int kPatience =
    1 << 20;  // turns to wait for the warden to finish draining; it takes microseconds

}  // namespace

GuestSide::GuestSide(const GuestDescriptors& descriptors, CellPage* page)
    : descriptors_(descriptors), page_(page) {
  mark_process(ProcessMark::kGuest);
  struct stat status;
  if (::fstat(descriptors_.event, &status) != 0) return;
  event_device_ = status.st_dev;
  event_inode_ = status.st_ino;
}

bool GuestSide::is_guest() const { return process_mark() == ProcessMark::kGuest; }

bool GuestSide::send(std::uint16_t kind, std::string_view payload) {
  if (!is_guest() || payload.size() > kLongestPayload) return false;
  const bool by_pipe = has_pipe();
  const std::size_t size = sizeof(FrameHead) + payload.size();
  if (size > left(by_pipe)) return false;
  sent_ += size;
  const FrameHead head{kFrameMagic, kind, 0, sequence_++,
                       static_cast<std::uint32_t>(payload.size())};
  const std::string_view head_bytes(reinterpret_cast<const char*>(&head), sizeof head);
  if (!by_pipe || !write_all(head_bytes, payload)) spill(head_bytes, payload);
  return true;
}

std::size_t GuestSide::room() const {
  const std::size_t all = left(has_pipe());
  return all - std::min(all, kRoomForTheEnd);
}

std::size_t GuestSide::left(bool by_pipe) const {
  const std::size_t in_all = kMostEventBytes - sent_;
  if (by_pipe) return in_all;
  return std::min(in_all, kSpillSize - std::min<std::size_t>(page_->spilled, kSpillSize));
}

bool GuestSide::has_pipe() const {
  struct stat status;
  return ::fstat(descriptors_.event, &status) == 0 && status.st_ino == event_inode_ &&
         status.st_dev == event_device_;
}

bool GuestSide::write_all(std::string_view head, std::string_view payload) const {
  iovec pieces[2] = {{const_cast<char*>(head.data()), head.size()},
                     {const_cast<char*>(payload.data()), payload.size()}};
  iovec* next = pieces;
  int left = 2;
  while (left > 0) {
    const ssize_t written = ::writev(descriptors_.event, next, left);
    if (written < 0 && errno == EINTR) continue;
    // A test that makes every descriptor non-blocking must not lose the middle of a frame. The
    // warden always reads on.
    if (written < 0 && errno == EAGAIN) {
      pollfd room{descriptors_.event, POLLOUT, 0};
      ::poll(&room, 1, -1);
      continue;
    }
    if (written < 0) return false;
    auto rest = static_cast<std::size_t>(written);
    while (left > 0 && rest >= next->iov_len) {
      rest -= next->iov_len;
      ++next;
      --left;
    }
    if (left > 0) {
      next->iov_base = static_cast<char*>(next->iov_base) + rest;
      next->iov_len -= rest;
    }
  }
  return true;
}

void GuestSide::spill(std::string_view head, std::string_view payload) {
  const std::uint32_t at = page_->spilled;
  if (at > kSpillSize || head.size() + payload.size() > kSpillSize - at) return;
  ::memcpy(page_->spill + at, head.data(), head.size());
  if (!payload.empty()) ::memcpy(page_->spill + at + head.size(), payload.data(), payload.size());
  page_->spilled = at + static_cast<std::uint32_t>(head.size() + payload.size());
}

void GuestSide::begin_task(std::uint32_t task, std::uint8_t phase) {
  if (!is_guest()) return;
  const Printed so_far = printed();
  ByteWriter payload;
  payload.number(task);
  payload.number(so_far.out);
  payload.number(so_far.err);
  const std::uint32_t phases = std::min<std::uint32_t>(page_->phase_count, kMostPhases);
  for (std::uint32_t i = 0; i < phases; ++i) {
    payload.number(page_->phases[i].phase.load());
    for (const auto& offset : page_->phases[i].offsets) payload.number(offset.load());
  }
  if (!send(kNextTaskFrame, payload.bytes())) return;
  // It begins with the first byte that is not the earlier task's.
  page_->phases[0].phase = phase;
  for (auto& offset : page_->phases[0].offsets) offset = 0;
  page_->phase_count = 1;
  sent_ = 0;
  printed_before_ = {printed_before_.out + so_far.out, printed_before_.err + so_far.err};
}

void GuestSide::start_phase(std::uint8_t phase) {
  if (!is_guest()) return;
  const std::uint32_t index = page_->phase_count;
  if (index >= static_cast<std::uint32_t>(kMostPhases)) return;
  const Printed so_far = printed();
  page_->phases[index].phase = phase;
  page_->phases[index].offsets[0] = so_far.out;
  page_->phases[index].offsets[1] = so_far.err;
  page_->phase_count = index + 1;
}

GuestSide::Printed GuestSide::printed() const {
  const Printed all = printed_in_all();
  return {all.out - printed_before_.out, all.err - printed_before_.err};
}

// What was printed is what the warden has drained plus what is still in the pipe. Both are read
// within one turn of the warden, or read again.
GuestSide::Printed GuestSide::printed_in_all() const {
  const int outputs[2] = {descriptors_.out, descriptors_.err};
  std::uint64_t amounts[2] = {};
  for (int attempt = 0; attempt < kPatience; ++attempt) {
    const std::uint32_t turn = page_->drain_turn;
    if (turn % 2 == 0) {
      for (int i = 0; i < 2; ++i) {
        int waiting = 0;
        if (outputs[i] < 0 || ::ioctl(outputs[i], FIONREAD, &waiting) != 0) waiting = 0;
        amounts[i] = page_->drained[i] + static_cast<std::uint64_t>(waiting);
      }
      if (page_->drain_turn == turn) break;
    }
    ::sched_yield();
  }
  return {amounts[0], amounts[1]};
}

void GuestSide::fail_entry(const Error& error) {
  ByteWriter payload;
  payload.number(static_cast<std::int32_t>(error.number));
  payload.text(error.doing);
  payload.text(error.hint);
  send(kEntryFailedFrame, payload.bytes());
}

void GuestSide::finish() { send(kFinishedFrame, {}); }

}  // namespace cloister
