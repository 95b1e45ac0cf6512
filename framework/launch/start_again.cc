#include "framework/launch/start_again.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "framework/kernel/fd.h"
#include "framework/launch/this_cell.h"
#include "framework/wire/bytes.h"

namespace cloister {
namespace {

// "DESCRIPTOR:PID": of the page in which all else is handed over, and of the process it is for. Its
// children may see the variable, too.
constexpr const char* kVariable = "CLOISTER_START_AGAIN";
constexpr std::uint32_t kMagic = 0x47415453;

// The file itself, so that the process keeps its name; by its link in /proc where the path leads
// elsewhere by now.
std::string own_file() {
  constexpr const char* kLink = "/proc/self/exe";
  std::string path(PATH_MAX, '\0');
  const ssize_t length = ::readlink(kLink, path.data(), path.size());
  if (length <= 0) return kLink;
  path.resize(static_cast<std::size_t>(length));
  struct stat named;
  struct stat running;
  const auto same = [](const timespec& a, const timespec& b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
  };
  // In a view the file has another device: its times tell.
  const bool is_that = ::stat(path.c_str(), &named) == 0 && ::stat(kLink, &running) == 0 &&
                       named.st_size == running.st_size && same(named.st_mtim, running.st_mtim) &&
                       same(named.st_ctim, running.st_ctim);
  return is_that ? path : kLink;
}

Error execute_again(const GuestSide& side, const std::vector<std::string>& arguments,
                    std::string_view words) {
  const GuestDescriptors& own = side.descriptors();
  ByteWriter out;
  out.number(kMagic);
  for (const int fd : {own.event, own.out, own.err, own.page}) out.number(fd);
  out.text(this_cell_as_bytes());
  out.text(words);
  if (out.bytes().size() > kSpillSize) {
    return Error{fmt::format("hand {} bytes over to the program started again", out.bytes().size()),
                 E2BIG, ""};
  }
  std::memcpy(side.page().spill, out.bytes().data(), out.bytes().size());
  side.page().handed_over = static_cast<std::uint32_t>(out.bytes().size());
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  ::setenv(kVariable, fmt::format("{}:{}", own.page, ::getpid()).c_str(), 1);
  for (const int fd : {own.event, own.out, own.err, own.page}) ::fcntl(fd, F_SETFD, 0);
  const std::string program = own_file();
  ::execv(program.c_str(), argv.data());
  return failed(fmt::format("execute '{}' again inside the cell", program),
                "--cloister_launch=fork does without")
      .error();
}

}  // namespace

Result<std::vector<std::string>> command_line() {
  const auto text = read_file("/proc/self/cmdline");
  if (!text) return std::unexpected(text.error());
  std::vector<std::string> arguments;
  for (std::size_t at = 0; at < text->size(); at += arguments.back().size() + 1)
    arguments.emplace_back(text->c_str() + at);
  return arguments;
}

void start_again(GuestSide& side, const std::vector<std::string>& arguments,
                 std::string_view words) {
  side.fail_entry(execute_again(side, arguments, words));
}

Result<std::optional<StartedAgain>> take_over() {
  const char* named = ::getenv(kVariable);
  int fd = -1;
  int pid = 0;
  if (named == nullptr || ::sscanf(named, "%d:%d", &fd, &pid) != 2 || pid != ::getpid())
    return std::nullopt;
  const auto page = map_page(Fd(fd));
  if (!page) return std::unexpected(page.error());
  const std::uint32_t size = (*page)->handed_over;
  ByteReader in(std::string_view((*page)->spill, std::min<std::size_t>(size, kSpillSize)));
  const auto magic = in.number<std::uint32_t>();
  GuestDescriptors own;
  for (int* descriptor : {&own.event, &own.out, &own.err, &own.page})
    *descriptor = in.number<int>();
  const std::string_view cell = in.text();
  std::string words(in.text());
  if (magic != kMagic || !in.ok()) {
    return std::unexpected(Error{fmt::format("take over the test that {} names", kVariable), EINVAL,
                                 fmt::format("unset {}", kVariable)});
  }
  set_this_cell(cell);
  (*page)->handed_over = 0;
  ::unsetenv(kVariable);
  for (const int descriptor : {own.event, own.out, own.err})
    ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  own.page = -1;
  return StartedAgain{GuestSide(own, *page), std::move(words)};
}

}  // namespace cloister
