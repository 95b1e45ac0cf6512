#include "framework/audit/meetings.h"

#include <gtest/gtest.h>

namespace cloister {
namespace {

using std::chrono::seconds;

Writer from_to(std::uint32_t cell, int from, int to) {
  const std::chrono::steady_clock::time_point zero{};
  return {cell, zero + seconds(from), zero + seconds(to)};
}

std::vector<Meeting> met(const PathUses& first, const PathUses& second, int second_starts = 1) {
  VisitBook book;
  std::vector<Meeting> meetings;
  book.meet(from_to(0, 0, 2), first, meetings);
  book.meet(from_to(1, second_starts, second_starts + 2), second, meetings);
  return meetings;
}

TEST(Meetings, AReaderMeetsAWriter) {
  const auto meetings = met({{"/file", kWritten}}, {{"/file", kRead}});
  ASSERT_EQ(meetings.size(), 1U);
  EXPECT_EQ(meetings[0].path, "/file");
  EXPECT_EQ(meetings[0].other, 0U);
  EXPECT_TRUE(meetings[0].other_wrote);
  EXPECT_FALSE(meetings[0].own_wrote);
}

TEST(Meetings, TwoReadersDoNotMeet) {
  EXPECT_TRUE(met({{"/file", kRead}}, {{"/file", kRead}}).empty());
}

TEST(Meetings, NobodyMeetsWhoHasEndedBefore) {
  EXPECT_TRUE(met({{"/file", kWritten}}, {{"/file", kRead}}, 3).empty());
}

TEST(Meetings, NobodyMeetsInAViewOfItsOwn) {
  EXPECT_TRUE(met({{"/file", kWritten | kInOwnView}}, {{"/file", kRead}}).empty());
}

TEST(Meetings, WhatNobodyCanMeetAnyMoreIsForgotten) {
  VisitBook book;
  std::vector<Meeting> meetings;
  book.meet(from_to(0, 0, 2), {{"/file", kWritten}}, meetings);
  book.forget_before(from_to(0, 3, 3).started);
  book.meet(from_to(1, 1, 4), {{"/file", kRead}}, meetings);
  EXPECT_TRUE(meetings.empty());
}

}  // namespace
}  // namespace cloister
