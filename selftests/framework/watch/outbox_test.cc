// Messages between a warden and who reads its reports.
#include "framework/watch/outbox.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

namespace cloister {
namespace {

struct Ends {
  Outbox outbox;
  Fd reader;
};

Ends make_ends() {
  auto pair = make_socket_pair(SOCK_STREAM);
  return {Outbox(std::move(pair->theirs)), std::move(pair->ours)};
}

TEST(MessageReader, TakesMessagesAsTheyWerePut) {
  Ends ends = make_ends();
  for (const char* message : {"one", "", "three"}) ends.outbox.put(message);
  EXPECT_TRUE(ends.outbox.flush());
  MessageReader reader;
  EXPECT_TRUE(reader.read(ends.reader));
  EXPECT_EQ(reader.take(), "one");
  EXPECT_EQ(reader.take(), "");
  EXPECT_EQ(reader.take(), "three");
  EXPECT_EQ(reader.take(), std::nullopt);
}

// As of a warden that is stopped in the middle of a report.
TEST(MessageReader, DoesNotWaitForTheRestOfAMessage) {
  Ends ends = make_ends();
  const std::string large(std::size_t{16} << 20, 'x');
  ends.outbox.put(large);
  EXPECT_TRUE(ends.outbox.flush());  // what fits
  EXPECT_GT(ends.outbox.waiting(), 0U);
  MessageReader reader;
  EXPECT_TRUE(reader.read(ends.reader));
  EXPECT_EQ(reader.take(), std::nullopt);
  while (ends.outbox.waiting() > 0) {
    EXPECT_TRUE(ends.outbox.flush());
    EXPECT_TRUE(reader.read(ends.reader));
  }
  EXPECT_EQ(reader.take(), large);
}

TEST(MessageReader, HasTheLastMessageOfAWriterThatIsGone) {
  auto ends = std::make_unique<Ends>(make_ends());
  ends->outbox.put("last");
  EXPECT_TRUE(ends->outbox.flush());
  Fd reader_end = std::move(ends->reader);
  ends.reset();
  MessageReader reader;
  while (reader.read(reader_end)) {
  }
  EXPECT_TRUE(reader.has_whole());
  EXPECT_EQ(reader.take(), "last");
  EXPECT_FALSE(reader.has_whole());
}

}  // namespace
}  // namespace cloister
