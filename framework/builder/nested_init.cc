#include "framework/builder/nested_init.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "framework/builder/doing.h"
#include "framework/builder/init_inside.h"

namespace cloister {
namespace {

// A process of a pid namespace makes namespaces below that one only if it was born there: setns(2)
// changes where its children are born, and clone(2) with CLONE_NEWPID then fails with EINVAL
// (copy_pid_ns() of the kernel). So there are two processes on the way, in this process's memory,
// one after the other, while it waits: the first joins the template's namespaces, the second is
// born there. All are this process's children: CLONE_PARENT.
struct Birth {
  int outer;
  int joined;  // CLONE_NEW*
  inside::Inside* own;
  int flags;
  int pidfd = -1;
  int error = 0;  // errno
  const char* doing = nullptr;
};

constexpr std::size_t kStack = std::size_t{16} * 1024;
alignas(16) char first_stack[kStack];
alignas(16) char second_stack[kStack];
constexpr int kInOurMemory = CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD;

[[noreturn]] void end(Birth& birth, const char* doing) {
  birth.error = errno;
  birth.doing = doing;
  _exit(0);
}

int clone_init(void* of) {
  auto& birth = *static_cast<Birth*>(of);
  if (clone([](void*) -> int { inside::live_as_init(); }, birth.own, birth.flags | CLONE_PARENT,
            nullptr, &birth.pidfd) < 0)
    end(birth, "clone a process with new namespaces in the cell of its template");
  _exit(0);
}

int join_outer(void* of) {
  auto& birth = *static_cast<Birth*>(of);
  if (setns(birth.outer, birth.joined) != 0) end(birth, "enter the cell of its template");
  if (clone(clone_init, second_stack + kStack, kInOurMemory | CLONE_PARENT, of) < 0)
    end(birth, "clone a process in the cell of its template");
  _exit(0);
}

// By this process's own /proc: proc_pid_fdinfo(5). -1 if it has ended.
pid_t pid_of(int pidfd) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fdinfo/%d", pidfd);
  FILE* file = fopen(path, "re");
  if (file == nullptr) return -1;
  pid_t pid = -1;
  char line[128];
  while (fgets(line, sizeof line, file) != nullptr) {
    if (sscanf(line, "Pid: %d", &pid) == 1) break;
  }
  fclose(file);
  return pid;
}

}  // namespace

pid_t clone_nested_init(int outer, std::uint64_t outer_namespaces, inside::Inside* own, int flags,
                        int& pidfd, InsideReply& failure) {
  // The new ones of pids lie below the template's, and those of mounts begin with a copy of them.
  constexpr std::uint64_t kFrom = CLONE_NEWPID | CLONE_NEWNS;
  const auto joined = outer_namespaces & (kFrom | ~static_cast<std::uint64_t>(flags)) &
                      ~std::uint64_t{CLONE_NEWCGROUP};
  Birth birth{outer, static_cast<int>(joined), own, flags};
  if (clone(join_outer, first_stack + kStack, kInOurMemory, &birth) < 0) return -1;
  if (birth.error != 0) {
    errno = birth.error;
    fail(failure, "%s", birth.doing);
    return -1;
  }
  pidfd = birth.pidfd;
  return pid_of(pidfd);
}

}  // namespace cloister
