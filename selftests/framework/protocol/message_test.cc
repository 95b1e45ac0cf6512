// Messages and the descriptors that come along, over a pair of sockets.
#include "framework/protocol/message.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <vector>

#include "framework/kernel/fd.h"

namespace cloister {
namespace {

bool same_file(int one, int other) {
  struct stat first{};
  struct stat second{};
  return ::fstat(one, &first) == 0 && ::fstat(other, &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

class MessageBetween : public testing::Test {
 protected:
  void send(const std::vector<int>& descriptors, std::string_view words = "words") {
    iovec data{const_cast<char*>(words.data()), words.size()};
    Message message(&data, 1);
    for (const int descriptor : descriptors) message.attach(descriptor);
    ASSERT_EQ(::sendmsg(ends_.ours.get(), message.head(), 0), static_cast<ssize_t>(words.size()));
  }
  struct ReceivedMessage {
    std::string words;
    Fd descriptors[Message::kMost + 1];
    int flags = 0;
  };
  ReceivedMessage receive() {
    char words[64];
    iovec data{words, sizeof words};
    Message message(&data, 1);
    message.make_room();
    const ssize_t got = ::recvmsg(ends_.theirs.get(), message.head(), MSG_CMSG_CLOEXEC);
    ReceivedMessage received;
    received.words.assign(words, got > 0 ? static_cast<std::size_t>(got) : 0);
    for (std::size_t place = 0; place <= Message::kMost; ++place)
      received.descriptors[place].reset(message.descriptor(place));
    received.flags = message.head()->msg_flags;
    return received;
  }

  SocketPair ends_ = make_socket_pair(SOCK_SEQPACKET).value();
  Pipe pipe_ = make_pipe().value();
  Fd file_{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
};

TEST_F(MessageBetween, TwoEndsHasItsWords) {
  send({});
  EXPECT_EQ(receive().words, "words");
}

TEST_F(MessageBetween, TwoEndsHasNoDescriptorWhereNoneWasAttached) {
  send({});
  const ReceivedMessage received = receive();
  EXPECT_FALSE(received.descriptors[0].open());
}

TEST_F(MessageBetween, TwoEndsBringsADescriptorAlong) {
  send({file_.get()});
  const ReceivedMessage received = receive();
  EXPECT_TRUE(same_file(received.descriptors[0].get(), file_.get()));
  EXPECT_NE(received.descriptors[0].get(), file_.get());
  EXPECT_FALSE(received.descriptors[1].open());
}

TEST_F(MessageBetween, TwoEndsBringsTwoInTheirOrder) {
  send({file_.get(), pipe_.read_end.get()});
  const ReceivedMessage received = receive();
  EXPECT_TRUE(same_file(received.descriptors[0].get(), file_.get()));
  EXPECT_TRUE(same_file(received.descriptors[1].get(), pipe_.read_end.get()));
}

TEST_F(MessageBetween, TwoEndsBringsNoMoreThanThereIsRoomFor) {
  send(std::vector<int>(Message::kMost + 1, file_.get()));
  const ReceivedMessage received = receive();
  EXPECT_TRUE(received.descriptors[Message::kMost - 1].open());
  EXPECT_FALSE(received.descriptors[Message::kMost].open());
  EXPECT_EQ(received.flags & MSG_CTRUNC, 0);
}

TEST_F(MessageBetween, TwoEndsTakesNoDescriptorForNone) {
  send({-1, file_.get()});
  const ReceivedMessage received = receive();
  EXPECT_TRUE(same_file(received.descriptors[0].get(), file_.get()));
  EXPECT_FALSE(received.descriptors[1].open());
}

TEST_F(MessageBetween, TwoEndsOutlivesWhatWasAttached) {
  send({pipe_.write_end.get()});
  pipe_.write_end.reset();
  const ReceivedMessage received = receive();
  ASSERT_EQ(::write(received.descriptors[0].get(), "x", 1), 1);
  char byte = 0;
  EXPECT_EQ(::read(pipe_.read_end.get(), &byte, 1), 1);
}

TEST_F(MessageBetween, TwoEndsIsPutTogetherFromItsParts) {
  char first[] = "first";
  char second[] = "second";
  iovec parts[] = {{first, 5}, {second, 6}};
  Message message(parts, 2);
  ASSERT_EQ(::sendmsg(ends_.ours.get(), message.head(), 0), 11);
  EXPECT_EQ(receive().words, "firstsecond");
}

}  // namespace
}  // namespace cloister
