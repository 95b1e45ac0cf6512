// The caps on block devices, on a file system that has one: /var/tmp, or the lane's own disk.
#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <string.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>

#include "selftests/framework/caps/cap_guests.h"
#include "selftests/framework/watch/run_cells.h"

namespace cloister {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kBlock = std::size_t{64} * 1024;

// A name on the disk, gone again with the test.
class FileOnDisk {
 public:
  FileOnDisk() {
    const char* disk = getenv("CLOISTER_LANE_DISK");
    name_ = std::string(disk != nullptr ? disk : "/var/tmp") + "/cloister-io-" +
            std::to_string(getpid());
  }
  FileOnDisk(const FileOnDisk&) = delete;
  FileOnDisk& operator=(const FileOnDisk&) = delete;
  ~FileOnDisk() { unlink(name_.c_str()); }
  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

struct Free {
  void operator()(void* memory) const { free(memory); }
};

// Moves a MiB past the page cache, which no cap sees: open(2), O_DIRECT. errno's name, or "".
std::string move_a_mebibyte(const std::string& file, int flags) {
  const int fd = open(file.c_str(), flags | O_DIRECT | O_CLOEXEC, 0600);
  if (fd < 0) return strerrorname_np(errno);
  const std::unique_ptr<void, Free> block(aligned_alloc(4096, kBlock));
  memset(block.get(), 'x', kBlock);
  for (std::size_t moved = 0; moved < kMiB; moved += kBlock) {
    const ssize_t done =
        (flags & O_WRONLY) != 0 ? write(fd, block.get(), kBlock) : read(fd, block.get(), kBlock);
    if (done != static_cast<ssize_t>(kBlock)) return strerrorname_np(errno);
  }
  close(fd);
  return "";
}

CellReport run_moving(const CellConfig& config, const FileOnDisk& file, int flags) {
  const auto report = run_cell(config, [&file, flags](GuestSide& guest) {
    guest.send(1, move_a_mebibyte(file.name(), flags) + "done");
  });
  if (!std::holds_alternative<SetupFailed>(report.outcome)) {
    const std::string said = report.events.empty() ? "nothing" : report.events[0].payload;
    EXPECT_EQ(said, "done") << file.name();
  }
  return report;
}

TEST(IoCap, OverOnWritingIsSlowedDownToTheRate) {
  const FileOnDisk file;
  const auto report = run_moving(CellConfig{}.with_io_write_rate(1_MiB), file, O_WRONLY | O_CREAT);
  if (!lane_has(Facility::kIoCap)) return expect_refused(report, Facility::kIoCap);
  EXPECT_GT(report.usage.wall, 500ms);
  EXPECT_GE(report.usage.io_written, 1_MiB);
}

TEST(IoCap, OverOnReadingIsSlowedDownToTheRate) {
  const FileOnDisk file;
  const std::string written = move_a_mebibyte(file.name(), O_WRONLY | O_CREAT);
  const auto report = run_moving(CellConfig{}.with_io_read_rate(1_MiB), file, O_RDONLY);
  if (!lane_has(Facility::kIoCap)) return expect_refused(report, Facility::kIoCap);
  EXPECT_EQ(written, "") << file.name();
  EXPECT_GT(report.usage.wall, 500ms);
  EXPECT_GE(report.usage.io_read, 1_MiB);
}

TEST(IoCap, UnderIsNotSlowedDown) {
  const FileOnDisk file;
  const auto report =
      run_moving(CellConfig{}.with_io_write_rate(100_MiB), file, O_WRONLY | O_CREAT);
  if (!lane_has(Facility::kIoCap)) return expect_refused(report, Facility::kIoCap);
  EXPECT_LT(report.usage.wall, 900ms);
}

}  // namespace
}  // namespace cloister
