// The files of a test's reports, without a cell: guest and warden are this process.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "adapters/command/run/report_files.h"
#include "framework/files/put_in_place.h"

namespace cloister::command {
namespace {

std::set<std::string> reports_in_tmp() {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator("/tmp")) {
    const std::string name = entry.path().filename();
    if (name.starts_with(kReportPrefix)) names.insert(name);
  }
  return names;
}

TEST(ReportFile, IsReadWithWhatWasWrittenToItsPath) {
  auto files = ReportFiles::make();
  ASSERT_TRUE(files);
  const auto paths = files->open_in_guest();
  ASSERT_TRUE(paths);
  std::ofstream(paths->front()) << "all passed";
  CellReport report;
  const auto texts = files->read(report);
  ASSERT_EQ(texts.size(), paths->size());
  EXPECT_EQ(texts.front(), "all passed");
}

TEST(ReportFile, IsGoneWhenItWasRead) {
  auto files = ReportFiles::make();
  ASSERT_TRUE(files);
  const auto paths = files->open_in_guest();
  ASSERT_TRUE(paths);
  CellReport report;
  files->read(report);
  for (const std::string& path : *paths) EXPECT_NE(access(path.c_str(), F_OK), 0) << path;
}

// A guest that is killed before it has handed the file over leaves nothing behind.
TEST(ReportFile, HasNoNameBeforeTheWardenKnowsOfIt) {
  auto files = ReportFiles::make();
  ASSERT_TRUE(files);
  ASSERT_EQ(::shutdown(files->guests_end(), SHUT_RDWR), 0);
  const std::set<std::string> before = reports_in_tmp();
  EXPECT_FALSE(files->open_in_guest());
  std::set<std::string> left;
  std::ranges::set_difference(reports_in_tmp(), before, std::inserter(left, left.end()));
  if (!left.empty()) sleep(1);  // they may be another run's, beside this test
  for (const std::string& name : reports_in_tmp()) EXPECT_FALSE(left.contains(name)) << name;
}

}  // namespace
}  // namespace cloister::command
