// The frame: one bounded message of a guest on its event pipe. guest_side.h writes frames,
// frame_reader.h reads them for the warden. Guests are not trusted: the reader checks everything.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cloister {

struct FrameHead {
  std::uint32_t magic = 0;
  std::uint16_t kind = 0;
  std::uint16_t zero = 0;
  std::uint32_t sequence = 0;  // 0, 1, 2, ... within one cell
  std::uint32_t length = 0;    // of the payload after the head
};
static_assert(sizeof(FrameHead) == 16);

inline constexpr std::uint32_t kFrameMagic = 0x31464C43;
// The longest payload. GoogleTest messages of 300 kB occur; this leaves room and still bounds a
// reader.
inline constexpr std::size_t kLongestPayload = 16U << 20;
// The most that one guest may send in total. It is kept in memory until its cell ends.
inline constexpr std::size_t kMostEventBytes = 64U << 20;
// Reserved of that, and of the page that stands in for the pipe, for how the guest ends.
inline constexpr std::size_t kRoomForTheEnd = std::size_t{4} << 10;

// The engine's own kinds; all lower numbers belong to the adapter.
inline constexpr std::uint16_t kFinishedFrame = 0xFFFF;  // no payload: the guest is done
inline constexpr std::uint16_t kEntryFailedFrame =
    0xFFFE;  // payload: errno as int32, what was being done, and optionally what to do about it
// A guest with several tasks goes on to its next one. Payload: that task as uint32; how much the
// one before has printed on stdout and stderr, as uint64; and the phases of that one, each as uint8
// and two uint64.
inline constexpr std::uint16_t kNextTaskFrame = 0xFFFD;
// In place of a task's number: the set-up of a template ends, and what follows is not part of it.
inline constexpr std::uint32_t kSetUpTask = UINT32_MAX;
inline constexpr std::uint16_t kFirstEngineFrame = 0xFFF0;

}  // namespace cloister
