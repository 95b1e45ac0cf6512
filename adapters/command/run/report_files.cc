#include "adapters/command/run/report_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "adapters/command/kinds/kind.h"
#include "framework/files/put_in_place.h"
#include "framework/protocol/message.h"

namespace cloister::command {
namespace {

constexpr std::size_t kMostReport = std::size_t{64} << 20;
// Kept free for it where a test fills the file system; the report of one test is less.
constexpr off_t kReserved = off_t{32} << 10;
// A hidden name, which a test that empties its /tmp passes over.
constexpr std::string_view kDirectory = "/tmp";

std::string read_whole(int fd) {
  struct stat status{};
  if (::fstat(fd, &status) != 0 || status.st_size <= 0 ||
      static_cast<std::size_t>(status.st_size) > kMostReport)
    return "";
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  const ssize_t got = ::pread(fd, text.data(), text.size(), 0);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  // What was reserved and not written.
  while (text.ends_with('\0')) text.pop_back();
  return text;
}

bool is_report(const std::string& name) { return name.find(kReportPrefix) != std::string::npos; }

// Of what is said to be left. A file may be gone by now: the test took it away.
void forget(CellReport& report, std::size_t files) {
  for (LeftThings& things : report.left) {
    if (things.kind != LeftKind::kFile || things.where != kDirectory) continue;
    std::erase_if(things.names, is_report);
    things.count -= std::min<std::uint64_t>(things.count, files);
  }
  std::erase_if(report.left, [](const LeftThings& things) { return things.count == 0; });
}

struct ReportFile {
  Fd file;
  std::string path;
  bool named = false;
};

// Without a name where the file system can do that: open(2), O_TMPFILE.
ReportFile make_file(int number) {
  unsigned long long random = 0;
  std::ignore = ::getrandom(&random, sizeof random, 0);
  const std::string path = fmt::format("{}/{}{}{:016x}", kDirectory, kReportPrefix, number, random);
  const std::string directory(kDirectory);
  Fd file(::open(directory.c_str(), O_RDWR | O_TMPFILE | O_CLOEXEC, 0600));
  if (file.open()) return {std::move(file), path, false};
  return {Fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)), path, true};
}

bool give_name(const Fd& file, const std::string& path) {
  const std::string itself = fmt::format("/proc/self/fd/{}", file.get());
  return ::linkat(AT_FDCWD, itself.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) == 0;
}

}  // namespace

Result<ReportFiles> ReportFiles::make() {
  auto pair = make_socket_pair(SOCK_SEQPACKET);
  if (!pair) return std::unexpected(pair.error());
  return ReportFiles(std::move(pair->ours), std::move(pair->theirs));
}

Result<std::vector<std::string>> ReportFiles::open_in_guest() {
  std::vector<std::string> paths;
  for (int i = 0; i < kReports; ++i) {
    ReportFile report = make_file(i);
    auto& [file, path, named] = report;
    if (!file.open()) {
      return failed(fmt::format("make the file '{}' for a test's report", path),
                    "make room in its directory, and let the test write there");
    }
    // A test that becomes another user writes its report as that one.
    std::ignore = ::fchmod(file.get(), 0666);
    std::ignore = ::fallocate(file.get(), 0, 0, kReserved);
    iovec data{path.data(), path.size()};
    Message message(&data, 1);
    message.attach(file.get());
    if (::sendmsg(guests_.get(), message.head(), MSG_NOSIGNAL) < 0)
      return failed("hand the file of a test's report to the warden");
    // Only now: if this process is killed before, /tmp may be the host's, and nobody knows of it.
    if (!named && !give_name(file, path)) return failed(fmt::format("name the file '{}'", path));
    paths.push_back(std::move(path));
  }
  guests_.reset();
  return paths;
}

std::vector<std::string> ReportFiles::read(CellReport& report) {
  std::vector<std::string> texts;
  guests_.reset();
  std::size_t left = 0;
  for (int i = 0; i < kReports; ++i) {
    char path[64] = {};
    iovec data{path, sizeof path - 1};
    Message message(&data, 1);
    message.make_room();
    if (::recvmsg(ours_.get(), message.head(), MSG_DONTWAIT | MSG_CMSG_CLOEXEC) <= 0) break;
    const Fd file(message.descriptor());
    texts.push_back(read_whole(file.get()));
    struct stat own{};
    struct stat there{};
    if (::fstat(file.get(), &own) == 0 && own.st_nlink > 0) ++left;
    const bool is_hosts =
        ::stat(path, &there) == 0 && there.st_dev == own.st_dev && there.st_ino == own.st_ino;
    if (is_hosts) ::unlink(path);
  }
  forget(report, left);
  return texts;
}

}  // namespace cloister::command
