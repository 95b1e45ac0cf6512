#include "framework/kernel/process_mark.h"

#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

#include <cstddef>

namespace cloister {
namespace {

struct Marked {
  ProcessMark mark;
  pid_t pid;
};

// In memory that the kernel empties in a fork: MADV_WIPEONFORK, madvise(2).
Marked* map_marked() {
  static Marked kept_by_forks{};
  const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  void* page = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return &kept_by_forks;
  if (::madvise(page, size, MADV_WIPEONFORK) == 0) return static_cast<Marked*>(page);
  ::munmap(page, size);
  return &kept_by_forks;
}

Marked* marked = nullptr;

}  // namespace

void mark_process(ProcessMark mark) {
  if (marked == nullptr) marked = map_marked();
  *marked = {mark, ::getpid()};
}

ProcessMark process_mark() {
  if (marked == nullptr || marked->mark == ProcessMark::kNone || marked->pid != ::getpid())
    return ProcessMark::kNone;
  return marked->mark;
}

}  // namespace cloister
