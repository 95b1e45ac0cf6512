// The frame: one bounded message of a guest on its event pipe. The guest's half is guest_side.h,
// the warden's is frame_reader.h. A guest is not trusted: the reader checks everything here.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cloister {

struct FrameHead {
  std::uint32_t magic = 0;
  std::uint16_t kind = 0;
  std::uint16_t zero = 0;
  std::uint32_t sequence = 0;  // 0, 1, 2, ... within one cell
  std::uint32_t length = 0;    // of the payload behind the head
};
static_assert(sizeof(FrameHead) == 16);

inline constexpr std::uint32_t kFrameMagic = 0x31464C43;
// The longest payload: GoogleTest messages of 300 kB occur; this leaves room and still bounds a
// reader.
inline constexpr std::size_t kLongestPayload = 16U << 20;
// What one guest may send in all, kept in memory until its cell ends.
inline constexpr std::size_t kMostEventBytes = 64U << 20;
// Of that, and of the page that takes the pipe's place, what is kept for how the guest ends.
inline constexpr std::size_t kRoomForTheEnd = std::size_t{4} << 10;

// The engine's own kinds; all lower numbers are the adapter's.
inline constexpr std::uint16_t kFinishedFrame = 0xFFFF;  // no payload: the guest is done
inline constexpr std::uint16_t kEntryFailedFrame =
    0xFFFE;  // payload: errno as int32, what was being done, and at will what to do about it
inline constexpr std::uint16_t kFirstEngineFrame = 0xFFF0;

}  // namespace cloister
