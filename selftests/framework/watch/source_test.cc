// What a source answers, and what becomes of it: cells in real runs.
#include <gtest/gtest.h>
#include <unistd.h>

#include <functional>
#include <utility>
#include <vector>

#include "framework/host/plan_here.h"
#include "framework/run/run.h"
#include "framework/wire/bytes.h"
#include "selftests/framework/watch/hear_warden.h"

namespace cloister {
namespace {

using namespace std::chrono_literals;

// A run with a source of the test's own. Each guest takes 50 ms.
struct SourceRun final : CellSource, EventSink {
  using Next = std::function<NextTask(SourceRun& run)>;
  SourceRun(Fd socket, Next how) : outbox(std::move(socket)), answer(std::move(how)) {}

  NextTask next() override { return answer(*this); }
  void on(CellEndEvent&& end) override {
    ++ended;
    ByteWriter message;
    message.number(end.of.task);
    message.number(end.of.cell);
    message.number(static_cast<std::uint8_t>(end.report.outcome.index()));
    outbox.put(message.bytes());
  }
  CellTask task(std::uint32_t id) const { return {id, shared(plan_here({}, host.facts))}; }

  Outbox outbox;
  Next answer;
  Host host = open_host();
  int asked = 0;
  int ended = 0;
};

struct CellEnd {
  std::uint32_t task;
  std::uint32_t cell;
  std::uint8_t outcome;
};

std::vector<CellEnd> run_source(SourceRun::Next next) {
  auto warden = fork_warden();
  if (warden->pid == 0) {
    auto* run = new SourceRun(std::move(warden->socket), std::move(next));
    if (auto guest = run_tasks(run->host, {.jobs = 2}, *run, *run, run->outbox)) {
      usleep(50'000);
      guest->side.finish();
    } else {
      run->host.builder.reset();
    }
    _exit(0);
  }
  std::vector<CellEnd> ends;
  hear_warden(*warden, [&ends](const std::string& bytes) {
    ByteReader in(bytes);
    const auto task = in.number<std::uint32_t>();
    const auto cell = in.number<std::uint32_t>();
    ends.push_back({task, cell, in.number<std::uint8_t>()});
  });
  return ends;
}

TEST(Source, OneTaskMayHaveSeveralCellsAtOnce) {
  const auto ends = run_source([](SourceRun& run) -> NextTask {
    if (run.asked++ == 2) return NoMore{};
    return run.task(7);
  });
  ASSERT_EQ(ends.size(), 2U);
  EXPECT_EQ(ends[0].task, 7U);
  EXPECT_EQ(ends[1].task, 7U);
  EXPECT_NE(ends[0].cell, ends[1].cell);
  for (const CellEnd& end : ends) EXPECT_EQ(end.outcome, Outcome(Finished{}).index());
}

TEST(Source, ThatHasNothingYetIsAskedAgainWhenACellHasEnded) {
  const auto ends = run_source([](SourceRun& run) -> NextTask {
    if (run.ended == 2) return NoMore{};
    if (run.asked > run.ended) return NothingYet{};
    return run.task(static_cast<std::uint32_t>(run.asked++));
  });
  ASSERT_EQ(ends.size(), 2U);
  EXPECT_EQ(ends[1].task, 1U);
}

TEST(Source, ThatHasNothingYetIsAskedAgainAtItsTime) {
  const auto begin = Clock::now();
  const auto ends = run_source([until = Clock::time_point()](SourceRun& run) mutable -> NextTask {
    if (run.asked == 2) return NoMore{};
    if (run.asked == 1 && until == Clock::time_point()) until = Clock::now() + 300ms;
    if (Clock::now() < until) return NothingYet{until};
    return run.task(static_cast<std::uint32_t>(run.asked++));
  });
  EXPECT_EQ(ends.size(), 2U);
  EXPECT_GE(Clock::now() - begin, 300ms);
}

TEST(Source, ThatHasNothingYetWhenNoCellIsLeftAndNoTimeIsAtItsEnd) {
  const auto ends = run_source([](SourceRun& run) -> NextTask {
    if (run.asked++ > 0) return NothingYet{};
    return run.task(0);
  });
  EXPECT_EQ(ends.size(), 1U);
}

}  // namespace
}  // namespace cloister
