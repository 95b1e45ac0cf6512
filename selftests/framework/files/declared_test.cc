// What becomes of what tests write that declare their files.
#include <sys/stat.h>
#include <unistd.h>

#include "selftests/framework/files/views.h"

namespace cloister {
namespace {

using selftests::lane;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

class DeclaredViews : public Views {
 protected:
  CellConfig declaring(const std::vector<std::string>& inputs,
                       const std::vector<std::string>& outputs) const {
    const auto all = [this](std::vector<std::string> names) {
      for (std::string& name : names) name = place_ / name;
      return names;
    };
    return config(Files::kDeclared).with_inputs(all(inputs)).with_outputs(all(outputs));
  }
  CellReport run_declaring(const std::vector<std::string>& inputs,
                           const std::vector<std::string>& outputs,
                           std::function<void()> body) const {
    return run_cell(declaring(inputs, outputs), [this, body = std::move(body)](GuestSide&) {
      fs::current_path(place_);
      body();
    });
  }
};

// Without overlayfs nothing can be written.
#define NEEDS_OVERLAYS()                                                                       \
  if (!lane_gives("own view of files")) {                                                      \
    EXPECT_THAT(                                                                               \
        said(run_declaring({}, {"new"}, [] {})),                                               \
        testing::AnyOf(HasSubstr("overlayfs"), HasSubstr("the mount namespace it asks for"))); \
    return;                                                                                    \
  }

TEST_F(DeclaredViews, WhatIsNoOutputIsThrownAwayAndNamed) {
  NEEDS_OVERLAYS();
  const CellReport report = run_declaring({"file"}, {"made/*.txt"}, [] {
    fs::create_directory("made");
    put("made/one.txt", "one");
    put("made/two.log", "two");
    put("three", "three");
  });
  EXPECT_THAT(names(), ElementsAre("directory", "directory/inner", "file", "made", "made/one.txt"));
  ASSERT_EQ(report.files.undeclared.size(), 2U);
  for (const char* name : {"made/two.log", "three"})
    EXPECT_THAT(report.files.undeclared, Contains((place_ / name).string()));
  EXPECT_EQ(report.files.failure, "");
}

TEST_F(DeclaredViews, NothingIsChangedThatTheTestDidNotTouch) {
  NEEDS_OVERLAYS();
  fs::permissions(place_ / "directory", fs::perms::owner_all);
  const CellReport report =
      run_declaring({"file", "directory/inner"}, {"**"}, [] { put("new", "new"); });
  EXPECT_THAT(names(), ElementsAre("directory", "directory/inner", "file", "new"));
  EXPECT_EQ(report.files.changed, 0U);
  EXPECT_EQ(report.files.created, 1U);
  EXPECT_EQ(fs::status(place_ / "directory").permissions(), fs::perms::owner_all);
}

TEST_F(DeclaredViews, ADirectoryThatIsRemovedKeepsWhatTheTestDidNotSee) {
  NEEDS_OVERLAYS();
  put(place_ / "directory" / "unseen", "x");
  run_declaring({"directory/inner"}, {"directory"}, [] { fs::remove_all("directory"); });
  EXPECT_THAT(names(), ElementsAre("directory", "directory/unseen", "file"));
}

TEST_F(DeclaredViews, ADirectoryThatIsMadeAnewKeepsWhatTheTestDidNotSee) {
  NEEDS_OVERLAYS();
  put(place_ / "directory" / "unseen", "x");
  run_declaring({"directory/inner"}, {"directory"}, [] {
    fs::remove_all("directory");
    fs::create_directory("directory");
    put("directory/new", "new");
  });
  EXPECT_THAT(names(), ElementsAre("directory", "directory/new", "directory/unseen", "file"));
}

TEST_F(DeclaredViews, AFileInPlaceOfADirectoryThatHoldsMoreIsRefused) {
  NEEDS_OVERLAYS();
  const CellReport report = run_declaring({}, {"directory"}, [] {
    fs::remove("directory");
    put("directory", "now a file");
  });
  EXPECT_EQ(report.files.failure,
            "'" + (place_ / "directory").string() + "': Is a directory (EISDIR)");
  EXPECT_EQ(text_of(place_ / "directory" / "inner"), "old");
}

TEST_F(DeclaredViews, AnOutputThatWasThereKeepsItsMode) {
  NEEDS_OVERLAYS();
  fs::permissions(place_ / "file", fs::perms::owner_read | fs::perms::owner_write);
  run_declaring({}, {"file"}, [] { put("file", "new"); });
  EXPECT_EQ(text_of(place_ / "file"), "new");
  EXPECT_EQ(fs::status(place_ / "file").permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(DeclaredViews, WhatIsNoFileIsNotReplacedByOne) {
  NEEDS_OVERLAYS();
  ASSERT_EQ(::mkfifo((place_ / "fifo").c_str(), 0600), 0);
  const CellReport report = run_declaring({}, {"fifo"}, [] { put("fifo", "a file"); });
  EXPECT_EQ(report.files.failure, "'" + (place_ / "fifo").string() + "': File exists (EEXIST)");
  EXPECT_TRUE(fs::is_fifo(place_ / "fifo"));
}

TEST_F(DeclaredViews, AFileThatItsOwnerMayNotWriteToStays) {
  NEEDS_OVERLAYS();
  if (::geteuid() == 0) return;  // who may write to it
  fs::permissions(place_ / "file", fs::perms::owner_read);
  const CellReport report = run_declaring({}, {"file"}, [] { put("file", "new"); });
  EXPECT_EQ(report.files.failure,
            "'" + (place_ / "file").string() + "': Permission denied (EACCES)");
  EXPECT_EQ(text_of(place_ / "file"), "old");
}

TEST_F(DeclaredViews, ALinkThatTheTestDidNotSeeIsNotReplaced) {
  NEEDS_OVERLAYS();
  fs::create_symlink("file", place_ / "a.log");
  const CellReport report = run_declaring({}, {"*.log"}, [] { put("a.log", "new"); });
  EXPECT_THAT(report.files.failure, HasSubstr("a.log': Too many levels of symbolic links (ELOOP)"));
  EXPECT_TRUE(fs::is_symlink(place_ / "a.log"));
  EXPECT_EQ(text_of(place_ / "file"), "old");
}

// Which an ordinary user may replace in a directory of the user's own, but cannot write to.
TEST_F(DeclaredViews, AFileOfAnotherUserStays) {
  NEEDS_OVERLAYS();
  if (!lane().starts_with("root_")) return;  // who cannot become another user
  ASSERT_EQ(::chown(place_.c_str(), 65534, 65534), 0);
  const FunctionGuest guest{declaring({}, {"file"}), [this](GuestSide&) {
                              put(place_ / "file", "new");
                              ::usleep(100'000);  // until the warden is somebody else
                            }};
  const auto reports =
      run_cells({guest}, {.started = [](pid_t) { EXPECT_EQ(::seteuid(65534), 0); }});
  EXPECT_EQ(reports.at(0).files.failure,
            "'" + (place_ / "file").string() + "': Permission denied (EACCES)");
  EXPECT_EQ(text_of(place_ / "file"), "old");
}

}  // namespace
}  // namespace cloister
