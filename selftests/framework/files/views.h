// A directory on a disk of which guests have views: what the tests of views have in common.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "selftests/framework/watch/run_cells.h"
#include "selftests/support/disk_directory.h"
#include "selftests/support/lane.h"

namespace cloister {

namespace fs = std::filesystem;
using selftests::lane_gives;

inline std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}
inline void put(const fs::path& file, std::string_view text) { std::ofstream(file) << text; }

// A directory on a disk, with a file, a directory and a file in that. Guests begin in it.
class Views : public testing::Test {
 protected:
  Views() {
    put(place_ / "file", "old");
    fs::create_directory(place_ / "directory");
    put(place_ / "directory" / "inner", "old");
  }

  CellConfig config(Files files) const {
    return CellConfig{}
        .with_files(files)
        .with_files_in({place_.string()})
        .with_keep_paths({place_.string()});
  }
  // What the guest says; what its cell lacks where the lane has no views.
  CellReport run(Files files, std::function<std::string()> body) const {
    return run_cell(config(files), [this, body = std::move(body)](GuestSide& guest) {
      fs::current_path(place_);
      guest.send(1, body());
    });
  }
  std::string said(const CellReport& report) const {
    const auto* failed = std::get_if<SetupFailed>(&report.outcome);
    if (failed != nullptr) return failed->why;
    return report.events.size() == 1 ? report.events[0].payload : "not one event";
  }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(place_))
      names.push_back(entry.path().lexically_relative(place_));
    std::ranges::sort(names);
    return names;
  }

  const selftests::DiskDirectory directory_{"cloister views,with:odd=names-XXXXXX"};
  const fs::path& place_ = directory_.path();
};

#define NEEDS_VIEWS()                                                     \
  if (!lane_gives("own view of files")) {                                 \
    EXPECT_THAT(said(run(Files::kKeep, [] { return ""; })),               \
                testing::HasSubstr("the own view of files it asks for")); \
    return;                                                               \
  }

}  // namespace cloister
