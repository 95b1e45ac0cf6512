#include "adapters/command/libraries.h"

#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <vector>

#include "framework/host/file_views.h"
#include "framework/host/needed_paths.h"
#include "framework/kernel/fd.h"
#include "framework/kernel/single_threaded_fork.h"

namespace cloister::command {
namespace {

constexpr std::size_t kMostDynamic = std::size_t{1} << 20;  // bytes; a program has some hundred

// The loader of a program that names directories to look for its libraries in; else empty. What is
// found without them is where the system has it, or where a variable names it.
std::string loader_to_ask(const std::string& program) {
  const Fd file(::open(program.c_str(), O_RDONLY | O_CLOEXEC));
  const auto read = [&file](std::size_t from, auto& entries) {
    const std::size_t size = entries.size() * sizeof entries.front();
    return size > 0 && ::pread(file.get(), entries.data(), size, static_cast<off_t>(from)) ==
                           static_cast<ssize_t>(size);
  };
  std::vector<ElfW(Ehdr)> head(1);
  if (!read(0, head) || std::memcmp(head[0].e_ident, ELFMAG, SELFMAG) != 0 ||
      head[0].e_phentsize != sizeof(ElfW(Phdr)))
    return "";
  std::vector<ElfW(Phdr)> parts(head[0].e_phnum);
  if (!read(head[0].e_phoff, parts)) return "";
  const auto loader = std::ranges::find(parts, PT_INTERP, &ElfW(Phdr)::p_type);
  const auto dynamic = std::ranges::find(parts, PT_DYNAMIC, &ElfW(Phdr)::p_type);
  if (loader == parts.end() || dynamic == parts.end() || loader->p_filesz > PATH_MAX) return "";
  std::vector<ElfW(Dyn)> entries(std::min<std::size_t>(dynamic->p_filesz, kMostDynamic) /
                                 sizeof(ElfW(Dyn)));
  std::string path(loader->p_filesz, '\0');
  if (!read(dynamic->p_offset, entries) || !read(loader->p_offset, path)) return "";
  const bool searches = std::ranges::any_of(entries, [](const ElfW(Dyn) & entry) {
    return entry.d_tag == DT_RUNPATH || entry.d_tag == DT_RPATH;
  });
  return searches ? path.c_str() : "";
}

// "libx.so => /tmp/lib/libx.so (0x7f...)", a line each: ld.so(8).
std::string list_of_libraries(const std::string& program) {
  const std::string loader = loader_to_ask(program);
  if (loader.empty()) return "";
  auto pipe = make_pipe();
  const pid_t pid = pipe ? single_threaded_fork() : -1;
  if (pid < 0) return "";
  if (pid == 0) {
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    ::dup2(null, STDIN_FILENO);
    ::dup2(pipe->write_end.get(), STDOUT_FILENO);
    ::dup2(null, STDERR_FILENO);
    ::execl(loader.c_str(), loader.c_str(), "--list", program.c_str(), nullptr);
    ::_exit(1);
  }
  pipe->write_end.reset();
  std::string list;
  char part[4096];
  for (ssize_t got = 0; (got = ::read(pipe->read_end.get(), part, sizeof part)) > 0;)
    list.append(part, static_cast<std::size_t>(got));
  ::waitpid(pid, nullptr, 0);
  return list;
}

}  // namespace

void need_program(HostFacts& facts, const std::string& program) {
  need_of_program(facts, program);
  share_existing(facts.views, gcov_directories(program));
  const std::string list = list_of_libraries(program);
  for (std::string_view rest = list; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    const std::size_t from = line.find('/');
    const std::size_t behind = line.rfind(" (");
    if (from != std::string_view::npos && behind != std::string_view::npos && from < behind)
      need_of_program(facts, line.substr(from, behind - from));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

}  // namespace cloister::command
