// How many guests the limits of the warden have room for, and what a run does that comes
// to be short of something.
#include "framework/watch/room.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "framework/kernel/limits.h"
#include "framework/report/words.h"
#include "selftests/framework/watch/run_cells.h"

namespace cloister {
namespace {

// The soft limit on descriptors of this process, for a while.
class FewDescriptors {
 public:
  explicit FewDescriptors(rlim_t soft) { set({soft, before_.rlim_max}); }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;
  ~FewDescriptors() { set(before_); }

 private:
  static void set(const rlimit& limit) { ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0); }
  rlimit before_ = limit_of(RLIMIT_NOFILE);
};

// Or as many as the limit on descriptors has room for, and then that is said.
TEST(Room, IsThereForTwoThousandGuestsAndNotForMore) {
  for (const int jobs : {2000, 5000}) {
    const auto room = find_room(jobs);
    ASSERT_TRUE(room);
    EXPECT_TRUE(room->jobs == 2000 || (room->jobs < 2000 && !room->shortage.empty()))
        << room->jobs << room->shortage;
  }
  EXPECT_EQ(find_room(0)->jobs, 1);
}

TEST(Room, IsMadeByRaisingTheSoftLimitWhichGuestsGetBack) {
  const FewDescriptors few(64);
  std::vector<FunctionGuest> guests(20);
  for (FunctionGuest& guest : guests) {
    guest.body = [](GuestSide& side) {
      const rlimit own = limit_of(RLIMIT_NOFILE);
      side.send(5, std::to_string(own.rlim_cur));
    };
  }
  const auto reports = run_cells(guests, {.jobs = 20});
  for (const auto& [id, report] : reports) {
    ASSERT_EQ(report.events.size(), 1U) << ending_text(report);
    EXPECT_EQ(report.events[0].payload, "64");
  }
}

}  // namespace
}  // namespace cloister
