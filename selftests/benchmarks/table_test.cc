#include "benchmarks/table.h"

#include <gtest/gtest.h>

namespace cloister::benchmarks {
namespace {

const Row kRow{.what = "cells",
               .beside = "floor",
               .cost = {"cells"},
               .beside_cost = {"floor"},
               .target = Target{Target::kAtMost, 1.15}};

Measured rounds(std::vector<Round> rounds) { return {.rounds = std::move(rounds)}; }

TEST(Median, OfAnEvenNumberIsBetweenTheMiddleTwo) {
  EXPECT_EQ(median({4, 1, 3, 2}), 2.5);
  EXPECT_EQ(median({9, 1, 2}), 2);
}

// The medians of the costs are 4 and 2: their ratio is not the median of the ratios.
TEST(Figure, IsTheMedianOfTheRatiosOfEachRound) {
  const Figure figure = figure_of(kRow, rounds({{{"cells", 2}, {"floor", 2}},
                                                {{"cells", 4}, {"floor", 1}},
                                                {{"cells", 9}, {"floor", 3}}}));
  EXPECT_EQ(figure.ratio, 3);
  EXPECT_EQ(figure.cost, 4);
  EXPECT_EQ(figure.beside, 2);
}

TEST(Figure, HasTheSmallestAndTheLargestRatio) {
  const Figure figure = figure_of(kRow, rounds({{{"cells", 2}, {"floor", 2}},
                                                {{"cells", 4}, {"floor", 1}},
                                                {{"cells", 9}, {"floor", 3}}}));
  EXPECT_EQ(figure.smallest, 1);
  EXPECT_EQ(figure.largest, 4);
}

TEST(Figure, MayBeOfADifferenceAndForSoManyUnits) {
  const Row row{.cost = {"large", "small", 10}, .beside_cost = {.constant = 2}};
  EXPECT_EQ(figure_of(row, rounds({{{"large", 70}, {"small", 10}}})).ratio, 3);
}

TEST(Figure, MayBeBesideASum) {
  const Row row{.cost = {"cells"}, .beside_cost = {.of = "floor", .plus = "forks"}};
  EXPECT_EQ(figure_of(row, rounds({{{"cells", 9}, {"floor", 2}, {"forks", 1}}})).ratio, 3);
}

TEST(Figure, MayGoOnInAStraightLineFromTwoCosts) {
  const Row row{.cost = {"most"}, .beside_cost = {"half", "none", 1, 2}};
  EXPECT_EQ(figure_of(row, rounds({{{"none", 10}, {"half", 11}, {"most", 12}}})).ratio, 1);
}

TEST(Figure, OfACandidateThatCannotRunSaysWhy) {
  Measured measured = rounds({{{"floor", 1}}});
  measured.refused["cells"] = "ended with status 1";
  EXPECT_EQ(figure_of(kRow, measured).refused, "cells ended with status 1");
}

TEST(Figure, OfWhatACandidateDidNotSayIsNone) {
  const Row row{.cost = {"cells seconds"}, .beside_cost = {"floor"}};
  EXPECT_NE(figure_of(row, rounds({{{"cells", 1}, {"floor", 1}}})).refused, "");
}

TEST(TableLine, SaysWhetherTheTargetIsMet) {
  EXPECT_EQ(table_line(kRow, figure_of(kRow, rounds({{{"cells", 0.0023}, {"floor", 0.002}}}))),
            "| cells | floor | 2.30 ms | 2.00 ms | 1.15 | 1.15, 1.15 | at most 1.15 | yes |\n");
  EXPECT_EQ(table_line(kRow, figure_of(kRow, rounds({{{"cells", 0.0024}, {"floor", 0.002}}}))),
            "| cells | floor | 2.40 ms | 2.00 ms | 1.20 | 1.20, 1.20 | at most 1.15 | no |\n");
}

TEST(TableLine, OfARowThatCannotRunIsThereAndNotMet) {
  EXPECT_EQ(
      table_line(kRow, {.refused = "there is no crun: install it"}),
      "| cells | floor | | | cannot run: there is no crun: install it | | at most 1.15 | no |\n");
}

TEST(Target, OfAtLeastIsMetFromItsRatioOn) {
  EXPECT_TRUE(is_met({Target::kAtLeast, 3}, {.ratio = 3}));
  EXPECT_FALSE(is_met({Target::kAtLeast, 3}, {.ratio = 2.99}));
}

}  // namespace
}  // namespace cloister::benchmarks
