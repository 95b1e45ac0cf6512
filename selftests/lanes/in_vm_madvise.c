// Preloaded in the machines of in_vm.sh: madvise(2) without MADV_DONTFORK and MADV_WIPEONFORK. User-mode Linux
// (6.1) leaves the pages that a fork should not inherit mapped in the child's host process, so that whatever the
// child maps there next is the parent's memory.
#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

int madvise(void* address, size_t size, int advice) {
  if (advice == MADV_DONTFORK) return 0;
  if (advice == MADV_WIPEONFORK) {
    errno = EINVAL;
    return -1;
  }
  return (int)syscall(SYS_madvise, address, size, advice);
}
