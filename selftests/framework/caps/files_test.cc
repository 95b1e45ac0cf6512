// The caps on files: how many are open, how large they are, how much the private tmpfs hold.
#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "selftests/framework/caps/cap_guests.h"
#include "selftests/framework/watch/run_cells.h"

namespace cloister {
namespace {

std::string said(const CellReport& report) {
  return report.events.size() == 1 ? report.events[0].payload : "not one event";
}

TEST(OpenFiles, AreAsManyAsTheCapAndNoMore) {
  const auto report = run_cell(CellConfig{}.with_open_files(16), [](GuestSide& guest) {
    int opened = 0;
    while (opened < 100 && open("/dev/null", O_RDONLY) >= 0) ++opened;
    guest.send(1, std::to_string(opened) + " " + strerrorname_np(errno));
  });
  EXPECT_EQ(said(report), "13 EMFILE");  // besides the three standard streams
  EXPECT_TRUE(std::holds_alternative<Finished>(report.outcome));
}

TEST(OpenFiles, CannotBeRaisedAgain) {
  const auto report = run_cell(CellConfig{}.with_open_files(16), [](GuestSide& guest) {
    const rlimit more{32, 32};
    guest.send(1, setrlimit(RLIMIT_NOFILE, &more) == 0 ? "raised" : strerrorname_np(errno));
  });
  EXPECT_EQ(said(report), "EPERM");
}

TEST(FileSize, OneByteOverIsTheSignalForIt) {
  const auto report =
      run_cell(CellConfig{}.with_file_size(1_MiB), [](GuestSide&) { fill_unlinked(kMiB + 1); });
  ASSERT_TRUE(std::holds_alternative<Signaled>(report.outcome));
  EXPECT_EQ(std::get<Signaled>(report.outcome).signal, SIGXFSZ);
}

TEST(FileSize, JustFullIsFine) {
  const auto report = run_cell(CellConfig{}.with_file_size(1_MiB), [](GuestSide& guest) {
    guest.send(1, fill_unlinked(kMiB) + "done");
  });
  EXPECT_EQ(said(report), "done");
}

TEST(FileSize, DoesNotBoundWhatTheTestPrintsOrReports) {
  const auto report = run_cell(CellConfig{}.with_file_size(Bytes{0}), [](GuestSide& guest) {
    guest.send(1, std::string(10000, 'x'));
    for (int i = 0; i < 1000; ++i) std::ignore = write(1, "0123456789", 10);
  });
  EXPECT_EQ(said(report).size(), 10000U);
  EXPECT_EQ(report.out.kept.size(), 10000U);
}

TEST(CoreSize, IsTheGuestsLimit) {
  const auto report = run_cell(CellConfig{}.with_core_size(Bytes{0}), [](GuestSide& guest) {
    rlimit limit{1, 1};
    getrlimit(RLIMIT_CORE, &limit);
    guest.send(1, std::to_string(limit.rlim_cur) + " " + std::to_string(limit.rlim_max));
    abort();
  });
  EXPECT_EQ(said(report), "0 0");
  ASSERT_TRUE(std::holds_alternative<Signaled>(report.outcome));
}

const TmpfsUse& tmpfs(const CellReport& report, const std::string& target) {
  for (const TmpfsUse& each : report.tmpfs) {
    if (each.target == target) return each;
  }
  static const TmpfsUse none;
  ADD_FAILURE() << "no " << target;
  return none;
}

class Tmpfs : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Targets, Tmpfs, testing::Values("/tmp", "/dev/shm"));

CellConfig small_tmpfs() {
  return CellConfig{}.with_tmp_size(1_MiB).with_shm_size(1_MiB).with_tmpfs_inodes(100);
}

TEST_P(Tmpfs, OneByteOverIsNoSpaceAndTheReportSaysWhere) {
  const std::string target = GetParam();
  const auto report = run_cell(small_tmpfs(), [target](GuestSide& guest) {
    guest.send(1, fill_file(target + "/file", kMiB + 1));
  });
  if (!lane_has(Facility::kPrivateTmp)) return expect_refused(report, Facility::kPrivateTmp);
  EXPECT_EQ(said(report), "ENOSPC");
  EXPECT_TRUE(tmpfs(report, target).full());
  EXPECT_FALSE(tmpfs(report, target == "/tmp" ? "/dev/shm" : "/tmp").full());
}

TEST_P(Tmpfs, JustFullIsFineAndCounted) {
  const std::string target = GetParam();
  const auto report = run_cell(small_tmpfs(), [target](GuestSide& guest) {
    guest.send(1, fill_file(target + "/file", kMiB) + "done");
  });
  if (!lane_has(Facility::kPrivateTmp)) return expect_refused(report, Facility::kPrivateTmp);
  EXPECT_EQ(said(report), "done");
  EXPECT_EQ(tmpfs(report, target).used, 1_MiB);
  EXPECT_EQ(report.usage.tmpfs, 1_MiB);
}

TEST_P(Tmpfs, OneFileOverIsNoSpaceAndTheReportSaysWhere) {
  const std::string target = GetParam();
  const auto report = run_cell(
      small_tmpfs(), [target](GuestSide& guest) { guest.send(1, make_files(target, 101)); });
  if (!lane_has(Facility::kPrivateTmp)) return expect_refused(report, Facility::kPrivateTmp);
  EXPECT_EQ(said(report), "ENOSPC");
  EXPECT_TRUE(tmpfs(report, target).full());
  EXPECT_LT(tmpfs(report, target).used, 1_MiB);
}

TEST_P(Tmpfs, AsManyFilesAsAllowedAreFine) {
  const std::string target = GetParam();
  const auto report = run_cell(small_tmpfs(), [target](GuestSide& guest) {
    guest.send(1, make_files(target, 100) + "done");
  });
  if (!lane_has(Facility::kPrivateTmp)) return expect_refused(report, Facility::kPrivateTmp);
  EXPECT_EQ(said(report), "done");
}

TEST(Output, OverIsCutAndCounted) {
  const auto report = run_cell(CellConfig{}.with_output(1_KiB), [](GuestSide&) {
    std::ignore = write(1, std::string(1025, 'x').data(), 1025);
  });
  EXPECT_EQ(report.out.kept.size(), 1024U);
  EXPECT_EQ(report.out.dropped, 1U);
  EXPECT_TRUE(std::holds_alternative<Finished>(report.outcome));
}

TEST(Output, AsMuchAsIsKeptIsKept) {
  const auto report = run_cell(CellConfig{}.with_output(1_KiB), [](GuestSide&) {
    std::ignore = write(1, std::string(1024, 'x').data(), 1024);
  });
  EXPECT_EQ(report.out.kept.size(), 1024U);
  EXPECT_EQ(report.out.dropped, 0U);
}

}  // namespace
}  // namespace cloister
