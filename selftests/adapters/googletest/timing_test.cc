// The table of --cloister_timing, from made-up costs.
#include "adapters/googletest/timing.h"

#include <gtest/gtest.h>

#include "framework/wire/timing.h"

namespace cloister::googletest {
namespace {

CellReport that_cost(std::uint32_t proc, std::uint32_t test) {
  CellReport report;
  report.costs.resize(kCostCount);
  report.costs[static_cast<std::size_t>(Cost::kMountProc)] = proc;
  report.costs[static_cast<std::size_t>(Cost::kTest)] = test;
  return report;
}

TEST(Timing, IsMedianAnd95thPercentileByNearestRank) {
  Timing timing;
  // 20 cells, not in order: 1 to 20 us; the 10th is the median, the 19th the 95th percentile.
  for (std::uint32_t i = 20; i > 0; --i) timing.take(that_cost(i * 1000, 500'000));
  EXPECT_EQ(timing.text(),
            "cloister: timing, in microseconds    median      95 %   cells\n"
            "  mount /proc                             10        19      20\n"
            "  run the test                           500       500      20\n");
}

TEST(Timing, CountsACellOnlyForThePartsThatItHad) {
  Timing timing;
  timing.take(that_cost(3000, 1000));
  timing.take(that_cost(0, 1000));
  EXPECT_NE(timing.text().find("mount /proc                              3         3       1\n"),
            std::string::npos)
      << timing.text();
}

TEST(Timing, SaysThatThereIsNone) {
  Timing timing;
  timing.take(CellReport{});
  EXPECT_EQ(timing.text(), "cloister: timing: there was no cell\n");
}

}  // namespace
}  // namespace cloister::googletest
