#include "framework/files/ledger.h"

#include <gtest/gtest.h>

namespace cloister {
namespace {

using Conflicts = std::vector<FileConflict>;

// Test `cell`, which ran from one second to another.
Writer ran(std::uint32_t cell, int from, int to) {
  const std::chrono::steady_clock::time_point zero{};
  return {cell, zero + std::chrono::seconds(from), zero + std::chrono::seconds(to)};
}

struct FileLedgerTest : testing::Test {
  FileLedger ledger;
  Conflicts conflicts;
};

TEST_F(FileLedgerTest, GivesAPathToWhoeverComes) {
  EXPECT_TRUE(ledger.claim("/a", ran(1, 0, 2), conflicts));
  EXPECT_TRUE(ledger.claim("/b", ran(2, 0, 2), conflicts));
  EXPECT_TRUE(conflicts.empty());
}

TEST_F(FileLedgerTest, OneAfterTheOtherIsNoConflictInWhateverOrder) {
  EXPECT_TRUE(ledger.claim("/a", ran(2, 0, 1), conflicts));
  EXPECT_TRUE(ledger.claim("/a", ran(1, 1, 2), conflicts));
  EXPECT_TRUE(conflicts.empty());
}

TEST_F(FileLedgerTest, TheLaterInTestOrderStaysWhoeverEndsFirst) {
  EXPECT_TRUE(ledger.claim("/a", ran(2, 0, 2), conflicts));
  EXPECT_FALSE(ledger.claim("/a", ran(1, 0, 3), conflicts));
  EXPECT_TRUE(ledger.claim("/a", ran(3, 1, 4), conflicts));
}

TEST_F(FileLedgerTest, KnowsWhatWasChangedSinceATestStarted) {
  ledger.claim("/a", ran(1, 0, 2), conflicts);
  EXPECT_TRUE(ledger.changed_since("/a", ran(2, 1, 3)));
  EXPECT_FALSE(ledger.changed_since("/a", ran(2, 2, 3)));
  EXPECT_FALSE(ledger.changed_since("/b", ran(2, 1, 3)));
}

TEST_F(FileLedgerTest, NamesAConflictOncePerPath) {
  ledger.claim("/a", ran(1, 0, 2), conflicts);
  ledger.claim("/a", ran(2, 0, 3), conflicts);
  ledger.claim("/a", ran(3, 0, 4), conflicts);
  ASSERT_EQ(conflicts.size(), 1U);
  EXPECT_EQ(conflicts[0].path, "/a");
  EXPECT_EQ(conflicts[0].other, 1U);
}

}  // namespace
}  // namespace cloister
