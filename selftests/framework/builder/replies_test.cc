// The builder's words to a run that may be slow, or gone: here the test is both.
#include "framework/builder/replies.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "framework/kernel/fd.h"
#include "framework/protocol/message.h"

namespace cloister {
namespace {

class BuilderReplies : public testing::Test {
 protected:
  // What is still kept goes to nobody.
  ~BuilderReplies() override {
    ends.theirs.reset();
    send_kept(ends.ours.get());
  }
  void say(std::uint32_t cell, Attachments along = {}) const {
    BuilderReply words{};
    words.cell = cell;
    send_or_keep(ends.ours.get(), words, along);
  }
  // From cell 0 on, until the last one is kept: its number.
  std::uint32_t say_more_than_there_is_room_for() const {
    const int smallest = 1;  // the kernel has a minimum: socket(7)
    ::setsockopt(ends.ours.get(), SOL_SOCKET, SO_SNDBUF, &smallest, sizeof smallest);
    std::uint32_t cell = 0;
    while (kept_for() == KeptFor::kNothing && cell < 1000) say(cell++);
    return cell - 1;
  }
  struct ReceivedReply {
    ssize_t size = 0;
    BuilderReply words{};
    Fd first;
    Fd second;
  };
  ReceivedReply hear() const {
    ReceivedReply heard;
    iovec data{&heard.words, sizeof heard.words};
    Message message(&data, 1);
    message.make_room();
    heard.size = ::recvmsg(ends.theirs.get(), message.head(), MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (heard.size < 0) return heard;
    heard.first.reset(message.descriptor(0));
    heard.second.reset(message.descriptor(1));
    return heard;
  }

  SocketPair ends = make_socket_pair(SOCK_SEQPACKET).value();
  Pipe pipe = make_pipe().value();
};

TEST_F(BuilderReplies, AreSentAtOnceWhereThereIsRoom) {
  say(7);
  EXPECT_EQ(kept_for(), KeptFor::kNothing);
  EXPECT_EQ(hear().words.cell, 7U);
}

TEST_F(BuilderReplies, AreSentWithoutRoomForNamesThatThereAreNot) {
  BuilderReply words{};
  words.left.names_size = 5;
  send_or_keep(ends.ours.get(), words, {});
  EXPECT_EQ(hear().size, static_cast<ssize_t>(sizeof words - kNamesKept + 5));
}

TEST_F(BuilderReplies, BringDescriptorsAlong) {
  say(7, {pipe.read_end.get(), pipe.write_end.get()});
  const ReceivedReply heard = hear();
  ASSERT_EQ(::write(heard.second.get(), "x", 1), 1);
  char byte = 0;
  EXPECT_EQ(::read(heard.first.get(), &byte, 1), 1);
}

TEST_F(BuilderReplies, AreKeptWhereThereIsNoRoom) {
  say_more_than_there_is_room_for();
  EXPECT_EQ(kept_for(), KeptFor::kWantOfRoom);
}

TEST_F(BuilderReplies, AreSentWhenThereIsRoomAgain) {
  const std::uint32_t last = say_more_than_there_is_room_for();
  while (hear().size >= 0) {
  }
  send_kept(ends.ours.get());
  EXPECT_EQ(kept_for(), KeptFor::kNothing);
  EXPECT_EQ(hear().words.cell, last);
}

TEST_F(BuilderReplies, StayKeptWhileThereIsNoRoom) {
  say_more_than_there_is_room_for();
  send_kept(ends.ours.get());
  EXPECT_EQ(kept_for(), KeptFor::kWantOfRoom);
}

TEST_F(BuilderReplies, StayInTheirOrder) {
  const std::uint32_t last = say_more_than_there_is_room_for();
  while (hear().size >= 0) {
  }
  say(last + 1);  // behind what is kept, although there is room now
  send_kept(ends.ours.get());
  EXPECT_EQ(hear().words.cell, last);
  EXPECT_EQ(hear().words.cell, last + 1);
}

TEST_F(BuilderReplies, KeepDescriptorsThatTheBuilderCloses) {
  say_more_than_there_is_room_for();
  say(1000, {pipe.write_end.get(), -1});
  pipe.write_end.reset();
  while (hear().size >= 0) {
  }
  send_kept(ends.ours.get());
  hear();
  const ReceivedReply heard = hear();
  EXPECT_EQ(heard.words.cell, 1000U);
  EXPECT_EQ(::write(heard.first.get(), "x", 1), 1);
}

TEST_F(BuilderReplies, CloseTheirDescriptorsWhenTheyAreDropped) {
  say_more_than_there_is_room_for();
  say(1000, {pipe.write_end.get(), -1});
  pipe.write_end.reset();
  ends.theirs.reset();
  send_kept(ends.ours.get());
  char byte = 0;
  EXPECT_EQ(::read(pipe.read_end.get(), &byte, 1), 0);  // nobody holds the other end
}

TEST_F(BuilderReplies, AreNotKeptForARunThatIsGone) {
  ends.theirs.reset();
  say(7);
  EXPECT_EQ(kept_for(), KeptFor::kNothing);
}

TEST_F(BuilderReplies, AreKeptNoLongerForARunThatIsGone) {
  say_more_than_there_is_room_for();
  ends.theirs.reset();
  send_kept(ends.ours.get());
  EXPECT_EQ(kept_for(), KeptFor::kNothing);
}

}  // namespace
}  // namespace cloister
