#include "adapters/googletest/guest_times.h"

#include <chrono>
#include <utility>

#include "adapters/googletest/private_access.h"

namespace cloister::googletest {

void GuestTimes::take(const Record& record, const testing::TestInfo& test) {
  test_ = record.times;
  if (test_.start != 0) return;
  test_.start = test.result()->start_timestamp();
  test_.elapsed =
      std::chrono::duration_cast<std::chrono::milliseconds>(record.cell.usage.wall).count();
}

void GuestTimes::give_to(const testing::TestInfo& test) {
  const Times times = std::exchange(test_, {});
  if (times.start == 0) return;
  private_access::get(private_access::ResultElapsed{}, *test.result()) = times.elapsed;
  private_access::get(private_access::ResultStart{}, *test.result()) = times.start;
  suite_ += times.elapsed;
}

void GuestTimes::give_to(const testing::TestSuite& suite) {
  private_access::get(private_access::SuiteElapsed{}, suite) = std::exchange(suite_, 0);
}

}  // namespace cloister::googletest
