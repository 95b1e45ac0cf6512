// What an audit sees of guests in real cells.
#include <fcntl.h>
#include <linux/io_uring.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "selftests/framework/files/views.h"

namespace cloister {
namespace {

using testing::HasSubstr;

class Audits : public Views {
 protected:
  Audit audit(Files files, std::function<void()> body) const {
    const CellReport report =
        run_cell(config(files).with_audit(), [this, body = std::move(body)](GuestSide& guest) {
          fs::current_path(place_);
          body();
          guest.send(1, "done");
        });
    EXPECT_EQ(said(report), "done");
    return report.audit;
  }
  // How it used the path, by its name in the directory.
  int uses(const Audit& audit, const std::string& name) const {
    const auto found = std::ranges::find(audit.paths, (place_ / name).string(), &UsedPath::path);
    return found == audit.paths.end() ? 0 : found->uses;
  }
};

TEST_F(Audits, TellApartReadAndWritten) {
  if (!lane_gives("audit")) return;
  const Audit seen = audit(Files::kHost, [] {
    text_of("file");
    put("new", "new");
    ::close(::open("directory/inner", O_RDWR));
  });
  EXPECT_TRUE(seen.is_on);
  EXPECT_EQ(uses(seen, "file"), kRead);
  EXPECT_EQ(uses(seen, "new"), kWritten);
  EXPECT_EQ(uses(seen, "directory/inner"), kRead | kWritten);
  EXPECT_EQ(seen.gap, "");
}

TEST_F(Audits, FollowWhereAProcessGoes) {
  if (!lane_gives("audit")) return;
  const Audit seen = audit(Files::kHost, [] {
    const int directory = ::open("directory", O_PATH | O_DIRECTORY);
    ::close(::openat(directory, "../directory/./inner", O_RDONLY));
    if (::fork() == 0) {
      ::execl("/usr/bin/env", "env", "-C", "directory", "cat", "../file", nullptr);
      ::_exit(1);
    }
    ::wait(nullptr);
  });
  EXPECT_EQ(uses(seen, "directory/inner"), kRead);
  EXPECT_EQ(uses(seen, "file"), kRead);
}

TEST_F(Audits, LeaveOutWhatIsNotThere) {
  if (!lane_gives("audit")) return;
  const Audit seen = audit(Files::kHost, [] { text_of("gone"); });
  EXPECT_EQ(uses(seen, "gone"), 0);
}

TEST_F(Audits, SayWhatIsInAViewOfItsOwn) {
  if (!lane_gives("audit") || !lane_gives("own view of files")) return;
  const Audit seen = audit(Files::kKeep, [] { put("new", "new"); });
  EXPECT_EQ(uses(seen, "new"), kWritten | kInOwnView);
}

TEST_F(Audits, KeepNamesWithNewlines) {
  if (!lane_gives("audit")) return;
  EXPECT_EQ(uses(audit(Files::kHost, [] { put("a\nb", "new"); }), "a\nb"), kWritten);
}

#ifdef __x86_64__
TEST_F(Audits, SayThatX32CallsAreNotSeen) {
  if (!lane_gives("audit")) return;
  constexpr long kX32 = 0x40000000;  // syscall(2)
  const Audit seen = audit(Files::kHost, [] { ::syscall(kX32 | SYS_getpid); });
  EXPECT_EQ(seen.gap, "it runs a program of another architecture");
}
#endif

TEST_F(Audits, SayThatARingOfCallsIsNotSeen) {
  if (!lane_gives("audit")) return;
  const Audit seen = audit(Files::kHost, [] {
    io_uring_params parameters{};
    ::syscall(SYS_io_uring_setup, 1, &parameters);
  });
  EXPECT_THAT(seen.gap, HasSubstr("io_uring"));
}

TEST_F(Audits, ALongRowOfCallsIsSeenToItsEnd) {
  if (!lane_gives("audit")) return;
  const Audit seen = audit(Files::kHost, [] {
    for (int i = 0; i < 5000; ++i) put("file" + std::to_string(i), "");
  });
  EXPECT_EQ(seen.paths.size(), 4096U);
  EXPECT_EQ(seen.more_paths, 905U);  // the directory itself is one, too
}

TEST_F(Audits, ThereAreNoneWhereNobodyAsks) {
  const CellReport report = run_cell(config(Files::kHost), [](GuestSide&) { text_of("file"); });
  EXPECT_FALSE(report.audit.is_on);
  EXPECT_TRUE(report.audit.paths.empty());
}

}  // namespace
}  // namespace cloister
