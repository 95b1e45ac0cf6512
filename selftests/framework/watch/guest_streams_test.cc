// The pipes of a guest, of which the test is both ends.
#include "framework/watch/guest_streams.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <string_view>

#include "framework/protocol/frame.h"

namespace cloister {
namespace {

constexpr int kEvents = 0;
constexpr int kOut = 1;
constexpr int kErr = 2;

std::string frame_of_kind(std::uint16_t kind, std::uint32_t sequence = 0) {
  const FrameHead head{kFrameMagic, kind, 0, sequence, 0};
  return {reinterpret_cast<const char*>(&head), sizeof head};
}

class GuestPipes : public testing::Test {
 protected:
  void open(int outputs) {
    auto made = streams.open(outputs);
    ASSERT_TRUE(made);
    ends = std::move(*made);
  }
  void print(int stream, std::string_view text) {
    ASSERT_EQ(::write(ends.fds[stream].get(), text.data(), text.size()),
              static_cast<ssize_t>(text.size()));
  }
  std::string_view drain(int stream, Bytes most = 1_MiB) {
    return streams.drain(stream, page, most, buffer);
  }

  CellPage page{};
  DrainBuffer buffer;
  GuestStreams streams;
  GuestStreams::Ends ends;
};

TEST_F(GuestPipes, AreOneForEventsAndOneForEachOutput) {
  for (int outputs = 0; outputs <= 2; ++outputs) {
    GuestStreams made;
    const auto given = made.open(outputs);
    ASSERT_TRUE(given);
    for (int stream = 0; stream < GuestStreams::kCount; ++stream) {
      EXPECT_EQ(made.fd(stream) >= 0, stream <= outputs);
      EXPECT_EQ(given->fds[stream].open(), stream <= outputs);
    }
  }
}

TEST_F(GuestPipes, AreNotInheritedByWhatIsExecuted) {
  open(2);
  for (int stream = 0; stream < GuestStreams::kCount; ++stream) {
    EXPECT_TRUE((::fcntl(streams.fd(stream), F_GETFD) & FD_CLOEXEC) != 0);
    EXPECT_TRUE((::fcntl(ends.fds[stream].get(), F_GETFD) & FD_CLOEXEC) != 0);
  }
}

TEST_F(GuestPipes, BlockTheGuestThatWritesAndNotWhoReads) {
  open(0);
  EXPECT_TRUE((::fcntl(streams.fd(kEvents), F_GETFL) & O_NONBLOCK) != 0);
  EXPECT_FALSE((::fcntl(ends.fds[kEvents].get(), F_GETFL) & O_NONBLOCK) != 0);
}

TEST_F(GuestPipes, WithNothingInThemGiveNothingAndStayOpen) {
  open(1);
  EXPECT_EQ(drain(kOut), "");
  EXPECT_GE(streams.fd(kOut), 0);
}

TEST_F(GuestPipes, OfStreamsThatThereAreNotGiveNothing) {
  open(1);
  EXPECT_EQ(drain(kErr), "");
}

TEST_F(GuestPipes, GiveEachOutputByItself) {
  open(2);
  print(kOut, "out");
  print(kErr, "err");
  EXPECT_NE(drain(kOut), "");
  EXPECT_NE(drain(kErr), "");
  EXPECT_EQ(streams.out.take_all(1_MiB).kept, "out");
  EXPECT_EQ(streams.err.take_all(1_MiB).kept, "err");
}

TEST_F(GuestPipes, KeepTheFirstBytesAndCountTheOthers) {
  open(1);
  print(kOut, "four and more");
  drain(kOut, Bytes{4});
  const Output out = streams.out.take_all(Bytes{4});
  EXPECT_EQ(out.kept, "four");
  EXPECT_EQ(out.dropped, 9U);
}

TEST_F(GuestPipes, CountWhatComesAfterTheyAreFull) {
  open(1);
  print(kOut, "four");
  drain(kOut, Bytes{4});
  print(kOut, "more");
  EXPECT_NE(drain(kOut, Bytes{4}), "");
  const Output out = streams.out.take_all(Bytes{4});
  EXPECT_EQ(out.kept, "four");
  EXPECT_EQ(out.dropped, 4U);
}

TEST(Printed, IsCutWhereATaskEnds) {
  Printed printed;
  printed.add("one", 1_MiB);
  printed.add("two", 1_MiB);
  EXPECT_EQ(printed.take_task(4, 1_MiB).kept, "onet");
  EXPECT_EQ(printed.take_all(1_MiB).kept, "wo");
}

TEST(Printed, IsCappedForEachTaskByItself) {
  Printed printed;
  printed.add("a lot of it", Bytes{4});
  printed.add("more, next", Bytes{4});
  printed.add("", Bytes{4});
  const Output first = printed.take_task(17, Bytes{4});
  EXPECT_EQ(first.kept, "a lo");
  EXPECT_EQ(first.dropped, 13U);
  const Output next = printed.take_all(Bytes{4});
  EXPECT_EQ(next.kept, "next");
  EXPECT_EQ(next.dropped, 0U);
}

TEST(Printed, EndsForATaskThatClaimsMoreWithWhatThereIs) {
  Printed printed;
  printed.add("all", 1_MiB);
  EXPECT_EQ(printed.take_task(~std::uint64_t{0}, 1_MiB).kept, "all");
  EXPECT_EQ(printed.take_all(1_MiB).kept, "");
}

TEST_F(GuestPipes, TellThePageWhatWasTakenOfEachOutput) {
  open(2);
  print(kOut, "out");
  print(kErr, "error");
  drain(kOut, Bytes{1});
  drain(kErr);
  EXPECT_EQ(page.drained[0], 3U);
  EXPECT_EQ(page.drained[1], 5U);
}

TEST_F(GuestPipes, LeaveTheTurnOfThePageEven) {
  open(1);
  print(kOut, "out");
  drain(kOut);
  drain(kOut);
  EXPECT_EQ(page.drain_turn, 4U);
}

TEST_F(GuestPipes, CountNoEventsAsOutput) {
  open(0);
  print(kEvents, frame_of_kind(5));
  drain(kEvents);
  EXPECT_EQ(page.drain_turn, 0U);
  EXPECT_EQ(page.drained[0], 0U);
}

TEST_F(GuestPipes, GiveEventsToTheFrameReader) {
  open(0);
  print(kEvents, frame_of_kind(5));
  EXPECT_NE(drain(kEvents), "");
  ASSERT_EQ(streams.frames.events().size(), 1U);
  EXPECT_EQ(streams.frames.events()[0].kind, 5);
}

TEST_F(GuestPipes, AreClosedWhenNobodyHoldsTheOtherEnd) {
  open(1);
  ends.fds[kOut].reset();
  EXPECT_EQ(drain(kOut), "");
  EXPECT_EQ(streams.fd(kOut), -1);
}

TEST_F(GuestPipes, GiveWhatIsInThemBeforeTheyAreClosed) {
  open(1);
  print(kOut, "last words");
  ends.fds[kOut].reset();
  EXPECT_NE(drain(kOut), "");
  EXPECT_EQ(streams.out.take_all(1_MiB).kept, "last words");
}

TEST_F(GuestPipes, AreEmptiedAndClosedAtTheEndAlthoughTheOtherEndIsHeld) {
  open(2);
  print(kOut, "out");
  print(kErr, "err");
  streams.finish(page, 1_MiB, buffer);
  EXPECT_EQ(streams.out.take_all(1_MiB).kept, "out");
  EXPECT_EQ(streams.err.take_all(1_MiB).kept, "err");
  for (int stream = 0; stream < GuestStreams::kCount; ++stream) EXPECT_EQ(streams.fd(stream), -1);
}

TEST_F(GuestPipes, KeepNoMoreAtTheEndThanBefore) {
  open(1);
  print(kOut, "four and more");
  streams.finish(page, Bytes{4}, buffer);
  const Output out = streams.out.take_all(Bytes{4});
  EXPECT_EQ(out.kept, "four");
  EXPECT_EQ(out.dropped, 9U);
}

// What a guest leaves in its page when it has no pipe.
class SpilledFrames : public GuestPipes {
 protected:
  void spill(std::string_view bytes) {
    std::memcpy(page.spill + page.spilled, bytes.data(), bytes.size());
    page.spilled += static_cast<std::uint32_t>(bytes.size());
  }
};

TEST_F(SpilledFrames, AreReadAtTheEnd) {
  spill(frame_of_kind(kFinishedFrame));
  streams.finish(page, 1_MiB, buffer);
  EXPECT_TRUE(streams.frames.finished());
}

TEST_F(SpilledFrames, ComeAfterThoseInThePipe) {
  open(0);
  spill(frame_of_kind(6, 1));
  print(kEvents, frame_of_kind(5, 0));
  streams.finish(page, 1_MiB, buffer);
  EXPECT_EQ(streams.frames.broken(), "");
  ASSERT_EQ(streams.frames.events().size(), 2U);
  EXPECT_EQ(streams.frames.events()[1].kind, 6);
}

TEST_F(SpilledFrames, EndWhereTheirRoomDoes) {
  const std::string frame = frame_of_kind(5);
  spill(frame);
  page.spilled = UINT32_MAX;
  streams.finish(page, 1_MiB, buffer);
  EXPECT_EQ(streams.frames.events().size(), 1U);
  EXPECT_NE(streams.frames.broken(), "");  // zeros are no frame
}

}  // namespace
}  // namespace cloister
