// What the warden makes of a guest's bytes, above all of those that no honest guest sends.
#include "framework/events/frame_reader.h"

#include <gtest/gtest.h>

#include "framework/protocol/cell_page.h"
#include "framework/protocol/frame.h"
#include "framework/wire/bytes.h"

namespace cloister {
namespace {

std::string frame(std::uint32_t sequence, std::uint16_t kind, const std::string& payload) {
  const FrameHead head{kFrameMagic, kind, 0, sequence, static_cast<std::uint32_t>(payload.size())};
  return std::string(reinterpret_cast<const char*>(&head), sizeof head) + payload;
}

TEST(FrameReader, TakesFramesInPiecesOfAnySize) {
  const std::string bytes = frame(0, 1, "one") + frame(1, 2, "") + frame(2, kFinishedFrame, "");
  FrameReader reader;
  for (const char byte : bytes) reader.feed(std::string_view(&byte, 1));
  ASSERT_EQ(reader.events().size(), 2U);
  EXPECT_EQ(reader.events()[0].payload, "one");
  EXPECT_EQ(reader.events()[1].kind, 2);
  EXPECT_TRUE(reader.finished());
  EXPECT_EQ(reader.broken(), "");
}

std::string next_task(std::uint32_t task, std::uint64_t out, int phases = 1) {
  ByteWriter payload;
  payload.number(task);
  payload.number(out);
  payload.number(std::uint64_t{0});
  for (int i = 0; i < phases; ++i) {
    payload.number(std::uint8_t{5});
    payload.number(std::uint64_t{2});
    payload.number(std::uint64_t{0});
  }
  return payload.bytes();
}

TEST(FrameReader, TakesATaskThatHasEndedWithItsEvents) {
  FrameReader reader;
  reader.feed(frame(0, 1, "of one") + frame(1, kNextTaskFrame, next_task(7, 3)) +
              frame(2, 1, "of seven"));
  const auto ended = reader.take_ended_tasks();
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].next, 7U);
  EXPECT_EQ(ended[0].out, 3U);
  ASSERT_EQ(ended[0].phases.size(), 1U);
  EXPECT_EQ(ended[0].phases[0].phase, 5);
  ASSERT_EQ(ended[0].events.size(), 1U);
  EXPECT_EQ(ended[0].events[0].payload, "of one");
  ASSERT_EQ(reader.events().size(), 1U);
  EXPECT_EQ(reader.events()[0].payload, "of seven");
}

TEST(FrameReader, TakesEachTaskThatHasEndedOnce) {
  FrameReader reader;
  reader.feed(frame(0, kNextTaskFrame, next_task(7, 0)));
  EXPECT_EQ(reader.take_ended_tasks().size(), 1U);
  EXPECT_FALSE(reader.has_ended_tasks());
}

TEST(FrameReader, ANextTaskThatIsCutOffBreaksIt) {
  FrameReader reader;
  const std::string whole = next_task(7, 0);
  reader.feed(frame(0, kNextTaskFrame, whole.substr(0, whole.size() - 1)));
  EXPECT_EQ(reader.broken(), "a frame that should name its next task does not");
}

TEST(FrameReader, ANextTaskWithMorePhasesThanThereAreBreaksIt) {
  FrameReader reader;
  reader.feed(frame(0, kNextTaskFrame, next_task(7, 0, kMostPhases + 1)));
  EXPECT_NE(reader.broken(), "");
}

TEST(FrameReader, EachTaskMaySendAsMuchAsOne) {
  FrameReader reader;
  const std::string most(kLongestPayload, 'x');
  std::uint32_t sequence = 0;
  for (std::uint32_t task = 1; task < 4; ++task) {
    for (int i = 0; i < 3; ++i) reader.feed(frame(sequence++, 1, most));
    reader.feed(frame(sequence++, kNextTaskFrame, next_task(task, 0)));
    reader.take_ended_tasks();
  }
  EXPECT_EQ(reader.broken(), "");
}

TEST(FrameReader, ATruncatedFrameIsNoFrameAndNoHarm) {
  FrameReader reader;
  reader.feed(frame(0, 1, "whole"));
  reader.feed(frame(1, 1, "cut off").substr(0, 20));
  EXPECT_EQ(reader.events().size(), 1U);
  EXPECT_EQ(reader.broken(), "");
  EXPECT_FALSE(reader.finished());
}

TEST(FrameReader, GarbageBreaksIt) {
  FrameReader reader;
  reader.feed("this is not a frame at all");
  EXPECT_NE(reader.broken(), "");
}

TEST(FrameReader, KeepsWhatCameBeforeTheGarbage) {
  FrameReader reader;
  reader.feed(frame(0, 1, "good") + std::string(100, 'x'));
  EXPECT_EQ(reader.events().size(), 1U);
  EXPECT_NE(reader.broken(), "");
}

TEST(FrameReader, OrderIsChecked) {
  FrameReader repeated;
  repeated.feed(frame(0, 1, "a") + frame(0, 1, "a"));
  EXPECT_EQ(repeated.broken(), "frame 0 came where frame 1 was due");
  FrameReader skipped;
  skipped.feed(frame(1, 1, "b"));
  EXPECT_EQ(skipped.broken(), "frame 1 came where frame 0 was due");
}

TEST(FrameReader, ALengthOverTheLimitIsRefusedBeforeItIsRead) {
  const FrameHead head{kFrameMagic, 1, 0, 0, static_cast<std::uint32_t>(kLongestPayload + 1)};
  FrameReader reader;
  reader.feed(std::string_view(reinterpret_cast<const char*>(&head), sizeof head));
  EXPECT_NE(reader.broken(), "");
}

TEST(FrameReader, NothingFollowsTheLastFrame) {
  FrameReader reader;
  reader.feed(frame(0, kFinishedFrame, "") + frame(1, 1, "more"));
  EXPECT_EQ(reader.broken(), "a frame came after its last one");
}

TEST(FrameReader, UnknownEngineKindsBreakIt) {
  FrameReader reader;
  reader.feed(frame(0, kFirstEngineFrame, ""));
  EXPECT_NE(reader.broken(), "");
}

TEST(FrameReader, TotalIsBounded) {
  FrameReader reader;
  const std::string payload(1 << 20, 'x');
  for (std::uint32_t i = 0; i < 70 && reader.broken().empty(); ++i)
    reader.feed(frame(i, 1, payload));
  EXPECT_EQ(reader.broken(), "it sent more than 64 MiB of events");
}

}  // namespace
}  // namespace cloister
