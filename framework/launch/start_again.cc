#include "framework/launch/start_again.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vector>

#include "framework/events/frame.h"
#include "framework/kernel/fd.h"
#include "framework/launch/this_cell.h"
#include "framework/wire/bytes.h"

namespace cloister {
namespace {

// Names the descriptor of a file in memory with all that is handed over.
constexpr const char* kVariable = "CLOISTER_START_AGAIN";
constexpr std::uint32_t kMagic = 0x47415453;

Result<Fd> file_of(const std::string& bytes) {
  Fd file(::memfd_create("cloister-start-again", 0));
  if (!file.open() ||
      ::write(file.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
    return failed("write down what a guest hands over", "raise --cloister_open_files");
  }
  return file;
}

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
  const bool same = ::stat(path.c_str(), &named) == 0 && ::stat(kLink, &running) == 0 &&
                    named.st_dev == running.st_dev && named.st_ino == running.st_ino;
  return same ? path : kLink;
}

Error execute_again(const GuestSide& side, const std::vector<std::string>& arguments,
                    std::string_view words) {
  const GuestDescriptors& own = side.descriptors();
  ByteWriter out;
  out.number(kMagic);
  for (const int fd : {own.event, own.out, own.err, own.page}) out.number(fd);
  out.text(this_cell_as_bytes());
  out.text(words);
  const auto file = file_of(out.bytes());
  if (!file) return file.error();
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  ::setenv(kVariable, fmt::format("{}", file->get()).c_str(), 1);
  for (const int fd : {own.event, own.out, own.err, own.page}) ::fcntl(fd, F_SETFD, 0);
  const std::string program = own_file();
  ::execv(program.c_str(), argv.data());
  return failed(fmt::format("execute '{}' again inside the cell", program)).error();
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
  const Error error = execute_again(side, arguments, words);
  ByteWriter payload;
  payload.number(static_cast<std::int32_t>(error.number));
  payload.text(error.doing);
  side.send(kEntryFailedFrame, payload.bytes());
}

Result<std::optional<StartedAgain>> take_over() {
  const char* named = ::getenv(kVariable);
  if (named == nullptr) return std::nullopt;
  const std::string path = fmt::format("/proc/self/fd/{}", named);
  const auto bytes = read_file(path);
  if (!bytes) return std::unexpected(bytes.error());
  ByteReader in(*bytes);
  const auto magic = in.number<std::uint32_t>();
  GuestDescriptors own;
  for (int* fd : {&own.event, &own.out, &own.err, &own.page}) *fd = in.number<int>();
  const std::string_view cell = in.text();
  std::string words(in.text());
  if (magic != kMagic || !in.ok()) {
    return std::unexpected(Error{fmt::format("take over the test that {} names", kVariable), EINVAL,
                                 fmt::format("unset {}", kVariable)});
  }
  ::close(::atoi(named));
  ::unsetenv(kVariable);
  for (const int fd : {own.event, own.out, own.err}) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  const auto page = map_page(Fd(own.page));
  if (!page) return std::unexpected(page.error());
  own.page = -1;
  set_this_cell(cell);
  return StartedAgain{GuestSide(own, *page), std::move(words)};
}

}  // namespace cloister
