#include "adapters/command/libraries.h"

#include <fcntl.h>
#include <link.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "framework/host/needed_paths.h"
#include "framework/kernel/fd.h"
#include "framework/kernel/single_threaded_fork.h"

namespace cloister::command {
namespace {

// Of this process. A program of another system or architecture it does not know: then nothing is
// said, and keep_paths serves.
std::string own_loader() {
  std::string path;
  const auto look = [](dl_phdr_info* object, std::size_t, void* found) {
    for (int i = 0; i < object->dlpi_phnum; ++i) {
      const auto& part = object->dlpi_phdr[i];
      if (part.p_type == PT_INTERP)
        *static_cast<std::string*>(found) =
            reinterpret_cast<const char*>(object->dlpi_addr + part.p_vaddr);
    }
    return 1;  // the first object is the program
  };
  ::dl_iterate_phdr(look, &path);
  return path;
}

// Whether the program names directories to look for its libraries in, or cannot be read. What it
// finds without is where the system has it, or where a variable names it.
bool has_search_path(const std::string& program) {
  const Fd file(::open(program.c_str(), O_RDONLY | O_CLOEXEC));
  const auto read = [&file](std::size_t from, auto& entries) {
    const std::size_t size = entries.size() * sizeof entries.front();
    return ::pread(file.get(), entries.data(), size, static_cast<off_t>(from)) ==
           static_cast<ssize_t>(size);
  };
  std::vector<ElfW(Ehdr)> head(1);
  if (!read(0, head) || head[0].e_phentsize != sizeof(ElfW(Phdr))) return true;
  std::vector<ElfW(Phdr)> parts(head[0].e_phnum);
  if (parts.empty() || !read(head[0].e_phoff, parts)) return true;
  const auto dynamic = std::ranges::find(parts, PT_DYNAMIC, &ElfW(Phdr)::p_type);
  if (dynamic == parts.end()) return false;
  std::vector<ElfW(Dyn)> entries(dynamic->p_filesz / sizeof(ElfW(Dyn)));
  if (entries.empty() || !read(dynamic->p_offset, entries)) return true;
  return std::ranges::any_of(entries, [](const ElfW(Dyn) & entry) {
    return entry.d_tag == DT_RUNPATH || entry.d_tag == DT_RPATH;
  });
}

// "libx.so => /tmp/lib/libx.so (0x7f...)", a line each: ld.so(8).
std::string list_of_libraries(const std::string& program) {
  const std::string loader = own_loader();
  auto pipe = make_pipe();
  const pid_t pid = loader.empty() || !pipe ? -1 : single_threaded_fork();
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
  need(facts, program);
  if (!has_search_path(program)) return;
  const std::string list = list_of_libraries(program);
  for (std::string_view rest = list; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    const std::size_t from = line.find('/');
    const std::size_t behind = line.rfind(" (");
    if (from != std::string_view::npos && behind != std::string_view::npos && from < behind)
      need(facts, line.substr(from, behind - from));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

}  // namespace cloister::command
