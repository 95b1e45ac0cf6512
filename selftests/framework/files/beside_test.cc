// Views of tests that run one after the other, and of tests that run at the same time.
#include <unistd.h>

#include "selftests/framework/files/views.h"

namespace cloister {
namespace {

TEST_F(Views, OneAfterTheOtherSeesWhatTheOneWrote) {
  NEEDS_VIEWS();
  std::vector<FunctionGuest> guests;
  for (int i = 0; i < 20; ++i) {
    guests.push_back({config(Files::kKeep), [this](GuestSide& guest) {
                        const std::string before = text_of(place_ / "file");
                        guest.send(1, before);
                        put(place_ / "file", before + "+");
                      }});
  }
  const auto reports = run_cells(guests, {.jobs = 1});
  for (const auto& [id, report] : reports) EXPECT_EQ(said(report), "old" + std::string(id, '+'));
}

// Within one tick of the clock of files, and as many bytes.
TEST_F(Views, OneAfterTheOtherAtOnceChangesTheFile) {
  NEEDS_VIEWS();
  std::vector<FunctionGuest> guests;
  for (int i = 0; i < 20; ++i) {
    guests.push_back({config(Files::kKeep), [this, i](GuestSide& guest) {
                        guest.send(1, text_of(place_ / "file"));
                        put(place_ / "file", std::to_string(100 + i));
                      }});
  }
  const auto reports = run_cells(guests, {.jobs = 1});
  for (const auto& [id, report] : reports)
    EXPECT_EQ(said(report), id == 0 ? "old" : std::to_string(99 + id));
}

TEST_F(Views, EachHasItsOwnAndTheLaterInOrderStays) {
  NEEDS_VIEWS();
  const auto guest = [this](const std::string& text) {
    return FunctionGuest{config(Files::kKeep), [this, text](GuestSide& side) {
                           put(place_ / "made", text);
                           ::usleep(text == "a" ? 100'000 : 50'000);
                           side.send(1, text_of(place_ / "made"));
                         }};
  };
  const auto reports = run_cells({guest("a"), guest("b")}, {.jobs = 2});
  EXPECT_EQ(said(reports.at(0)), "a");
  EXPECT_EQ(said(reports.at(1)), "b");
  EXPECT_EQ(text_of(place_ / "made"), "b");
}

TEST_F(Views, WhatALaterTestPutIntoADirectoryStaysWhenAnEarlierOneRemovesIt) {
  NEEDS_VIEWS();
  const FunctionGuest removing{config(Files::kKeep), [this](GuestSide&) {
                                 fs::remove_all(place_ / "directory");
                                 ::usleep(200'000);  // ends last
                               }};
  const FunctionGuest adding{config(Files::kKeep), [this](GuestSide&) {
                               put(place_ / "directory" / "added", "x");
                               ::usleep(50'000);
                             }};
  run_cells({removing, adding}, {.jobs = 2});
  EXPECT_THAT(names(), testing::ElementsAre("directory", "directory/added", "file"));
}

// Who is no test of the run, while a test runs.
TEST_F(Views, WhatOthersMadeMeanwhileIsNotRemoved) {
  NEEDS_VIEWS();
  const FunctionGuest guest{config(Files::kKeep), [this](GuestSide&) {
                              put(place_ / "file", "of the test");
                              fs::remove_all(place_ / "directory");
                              ::usleep(200'000);
                            }};
  const auto others = [this](pid_t) {
    ::usleep(100'000);
    fs::remove(place_ / "file");
    fs::create_directory(place_ / "file");
    put(place_ / "file" / "precious", "x");
    put(place_ / "directory" / "precious", "x");
  };
  const auto reports = run_cells({guest}, {.started = others});
  EXPECT_EQ(text_of(place_ / "file" / "precious"), "x");
  EXPECT_EQ(text_of(place_ / "directory" / "precious"), "x");
  EXPECT_FALSE(fs::exists(place_ / "directory" / "inner"));
  EXPECT_EQ(reports.at(0).files.failure,
            "'" + (place_ / "file").string() + "': Is a directory (EISDIR)");
}

TEST_F(Views, TheSameDirectoryMadeTwiceIsNoConflict) {
  NEEDS_VIEWS();
  const auto making = [this](const std::string& name) {
    return FunctionGuest{config(Files::kKeep).with_file_conflicts(FileConflicts::kFail),
                         [this, name](GuestSide&) {
                           fs::create_directory(place_ / "made");
                           put(place_ / "made" / name, name);
                           ::usleep(50'000);
                         }};
  };
  for (const auto& [id, report] : run_cells({making("a"), making("b")}, {.jobs = 2}))
    EXPECT_TRUE(report.files.conflicts.empty());
  EXPECT_EQ(text_of(place_ / "made" / "a"), "a");
  EXPECT_EQ(text_of(place_ / "made" / "b"), "b");
}

}  // namespace
}  // namespace cloister
