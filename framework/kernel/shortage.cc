#include "framework/kernel/shortage.h"

#include <errno.h>

namespace cloister {

bool is_shortage_of_the_run(int number) {
  return number == EAGAIN || number == EMFILE || number == ENFILE || number == ENOMEM;
}

bool is_shortage(int number) {
  return is_shortage_of_the_run(number) || number == ENOSPC || number == EUSERS;
}

std::string shortage_cure(int number) {
  switch (number) {
    case EAGAIN:
      return "raise the limit on processes (ulimit -u, or pids.max of a cgroup)";
    case EMFILE:
      return "raise the limit on open files (ulimit -n)";
    case ENFILE:
      return "raise the limit on the host's open files (sysctl fs.file-max)";
    case ENOMEM:
      return "leave the run more memory (ulimit -v, or memory.max of a cgroup)";
    case ENOSPC:
    case EUSERS:
      return "raise the limits on namespaces (sysctl user.max_user_namespaces and the like)";
    default:
      return "";
  }
}

}  // namespace cloister
