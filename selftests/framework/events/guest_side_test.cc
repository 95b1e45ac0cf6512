#include "framework/events/guest_side.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "framework/events/frame_reader.h"
#include "framework/kernel/fd.h"
#include "framework/launch/cell_pages.h"
#include "framework/protocol/frame.h"

namespace cloister {
namespace {

class GuestSideTest : public testing::Test {
 protected:
  GuestSideTest()
      : pages_(std::move(*CellPages::make(1))),
        page_(pages_.take()),
        events_(std::move(*make_pipe())),
        output_(std::move(*make_pipe())),
        guest_({events_.write_end.get(), output_.write_end.get()}, page_) {}

  // Everything the guest has sent, by pipe and by page.
  FrameReader received() {
    events_.write_end.reset();
    FrameReader reader;
    char buffer[65536];
    for (ssize_t got = 0; (got = ::read(events_.read_end.get(), buffer, sizeof buffer)) > 0;) {
      reader.feed(std::string_view(buffer, static_cast<std::size_t>(got)));
    }
    reader.feed(std::string_view(page_->spill, page_->spilled));
    return reader;
  }

  CellPages pages_;
  CellPage* page_;
  Pipe events_;
  Pipe output_;
  GuestSide guest_;
};

TEST_F(GuestSideTest, SendsFramesInOrder) {
  guest_.send(1, "first");
  guest_.send(2, "second");
  guest_.finish();
  const FrameReader reader = received();
  ASSERT_EQ(reader.events().size(), 2U);
  EXPECT_EQ(reader.events()[1].payload, "second");
  EXPECT_TRUE(reader.finished());
}

TEST_F(GuestSideTest, SurvivesAClosedDescriptor) {
  guest_.send(1, "by pipe");
  events_.write_end.reset();
  guest_.send(1, "by page");
  guest_.finish();
  const FrameReader reader = received();
  ASSERT_EQ(reader.events().size(), 2U);
  EXPECT_EQ(reader.events()[1].payload, "by page");
  EXPECT_TRUE(reader.finished());
}

TEST_F(GuestSideTest, SendsNoPartOfAFrameForWhichThereIsNoRoom) {
  events_.write_end.reset();
  const std::string most_of_the_page(kSpillSize * 3 / 4, 'x');
  EXPECT_TRUE(guest_.send(1, most_of_the_page));
  EXPECT_FALSE(guest_.send(2, most_of_the_page));
  EXPECT_TRUE(guest_.send(3, "short"));
  guest_.finish();
  const FrameReader reader = received();
  ASSERT_EQ(reader.events().size(), 2U);
  EXPECT_EQ(reader.events()[1].kind, 3);
  EXPECT_EQ(reader.broken(), "");
  EXPECT_TRUE(reader.finished());
}

TEST_F(GuestSideTest, SaysHowMuchRoomThereIs) {
  EXPECT_EQ(guest_.room(), kMostEventBytes - kRoomForTheEnd);
  guest_.send(1, std::string(1000, 'x'));
  EXPECT_EQ(guest_.room(), kMostEventBytes - kRoomForTheEnd - sizeof(FrameHead) - 1000);
  events_.write_end.reset();
  EXPECT_EQ(guest_.room(), kSpillSize - kRoomForTheEnd);
}

TEST_F(GuestSideTest, WritesNothingIntoAFileThatTookItsNumber) {
  const Fd file(::open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  ASSERT_TRUE(file.open());
  ::dup2(file.get(), events_.write_end.get());
  guest_.send(1, "for the warden alone");
  EXPECT_EQ(::lseek(file.get(), 0, SEEK_END), 0);
  EXPECT_EQ(received().events().size(), 1U);
}

TEST_F(GuestSideTest, WaitsForRoomInAPipeThatDoesNotBlock) {
  ASSERT_TRUE(set_nonblocking(events_.write_end));
  const std::string long_payload(1 << 20, 'x');  // many times what a pipe holds
  const pid_t child = ::fork();
  if (child == 0) {
    const GuestDescriptors descriptors{events_.write_end.get(), output_.write_end.get()};
    GuestSide(descriptors, page_).send(1, long_payload);
    ::_exit(0);
  }
  const FrameReader reader = received();
  ::waitpid(child, nullptr, 0);
  ASSERT_EQ(reader.events().size(), 1U);
  EXPECT_EQ(reader.events()[0].payload, long_payload);
}

TEST_F(GuestSideTest, IsSilentInAProcessThatTheGuestForks) {
  const pid_t child = ::fork();
  if (child == 0) {
    guest_.send(1, "from the child");
    guest_.finish();
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  const FrameReader reader = received();
  EXPECT_TRUE(reader.events().empty());
  EXPECT_FALSE(reader.finished());
}

TEST_F(GuestSideTest, KnowsHowMuchHasBeenPrinted) {
  ASSERT_EQ(::write(output_.write_end.get(), "12345", 5), 5);
  EXPECT_EQ(guest_.printed().out, 5U);
  char buffer[3];
  page_->drain_turn.fetch_add(1);
  ASSERT_EQ(::read(output_.read_end.get(), buffer, sizeof buffer), 3);
  page_->drained[0].fetch_add(3);
  page_->drain_turn.fetch_add(1);
  EXPECT_EQ(guest_.printed().out, 5U);
}

TEST_F(GuestSideTest, NotesPhasesWithTheirOffsets) {
  guest_.start_phase(4);
  ASSERT_EQ(::write(output_.write_end.get(), "12345", 5), 5);
  guest_.start_phase(5);
  EXPECT_EQ(page_->phase_count, 2U);
  EXPECT_EQ(page_->phases[1].phase, 5);
  EXPECT_EQ(page_->phases[1].offsets[0], 5U);
}

}  // namespace
}  // namespace cloister
