// Guests in real cells, as many at once as a made-up load has room for.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <new>
#include <thread>

#include "selftests/framework/watch/run_cells.h"

namespace cloister {
namespace {

using namespace std::chrono_literals;

struct InFlight {
  std::atomic<int> now{0};
  std::atomic<int> most{0};
};

// Shared with every guest.
InFlight& in_flight() {
  void* page =
      mmap(nullptr, sizeof(InFlight), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return *new (page) InFlight;
}

int most_at_once(const WardenSettings& so, std::size_t guests, Clock::duration each = 200ms) {
  InFlight& count = in_flight();
  const FunctionGuest waiting{{}, [&count, each](GuestSide&) {
                                const int now = ++count.now;
                                for (int most = count.most; now > most;)
                                  count.most.compare_exchange_strong(most, now);
                                std::this_thread::sleep_for(each);
                                --count.now;
                              }};
  run_cells(std::vector<FunctionGuest>(guests, waiting), so);
  return count.most;
}

WardenSettings on_processors(double processors, double idle) {
  return {.load = [=](Clock::time_point) { return Load{processors, idle, 20_GiB, 24_GiB}; }};
}

TEST(WatchOfALoad, RunsMoreGuestsWhileProcessorsAreIdle) {
  EXPECT_GT(most_at_once(on_processors(2, 2), 30, 1s), 4);
}

TEST(WatchOfALoad, RunsNoMoreThanSixteenForAProcessor) {
  // Each runs for long enough that sixteen stand together on a slow machine too.
  const int most = most_at_once(on_processors(0.5, 0.5), 40, 2s);
  EXPECT_GT(most, 8);
  EXPECT_LE(most, 16);
}

TEST(WatchOfALoad, RunsAGuestForEachProcessorWhileThoseAreBusy) {
  EXPECT_EQ(most_at_once(on_processors(3, 0.2), 12), 3);
}

TEST(WatchOfALoad, RunsFewerWhileMemoryIsShort) {
  InFlight& looks = in_flight();
  const WardenSettings so{.load = [&looks](Clock::time_point) {
    // Enough to begin with, and never again.
    return Load{4, 4, looks.now++ == 0 ? 20_GiB : 100_MiB, 24_GiB};
  }};
  InFlight& count = in_flight();
  const FunctionGuest waiting{{}, [&](GuestSide&) {
                                const int now = ++count.now;
                                // Long after the number is down to one.
                                if (looks.now > 12) count.most = std::max<int>(count.most, now);
                                usleep(200'000);
                                --count.now;
                              }};
  run_cells(std::vector<FunctionGuest>(12, waiting), so);
  EXPECT_EQ(count.most, 1);
}

TEST(WatchOfALoad, LooksAtItSomeTimesASecond) {
  InFlight& looks = in_flight();
  most_at_once({.load =
                    [&looks](Clock::time_point) {
                      ++looks.now;
                      return Load{1, 0, 20_GiB, 24_GiB};
                    }},
               5);
  // A second, of which the last test's part has nothing more to start.
  EXPECT_GE(looks.now, 8);
  EXPECT_LE(looks.now, 200);
}

}  // namespace
}  // namespace cloister
