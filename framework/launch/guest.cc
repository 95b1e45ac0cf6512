#include "framework/launch/guest.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "framework/kernel/single_threaded_fork.h"
#include "framework/launch/cell_services.h"
#include "framework/launch/this_cell.h"

namespace cloister {
namespace {

// While this lives, the process's children are born into another pid namespace: setns(2). Going
// back takes a right over the caller's own namespace, which an ordinary user lacks: then its
// children are born into the last cell, which the next one replaces.
class ChildrenBornIn {
 public:
  explicit ChildrenBornIn(int init_pidfd)
      : own_(::open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC)) {
    entered_ = own_.open() && ::setns(init_pidfd, CLONE_NEWPID) == 0;
  }
  ChildrenBornIn(const ChildrenBornIn&) = delete;
  ChildrenBornIn& operator=(const ChildrenBornIn&) = delete;
  ~ChildrenBornIn() {
    if (entered_) ::setns(own_.get(), CLONE_NEWPID);
  }
  bool entered() const { return entered_; }
  // In the guest: what this would restore is the caller's, and its descriptor is closed already.
  void forget() {
    own_.release();
    entered_ = false;
  }

 private:
  Fd own_;
  bool entered_ = false;
};

}  // namespace

Result<Forked> fork_guest(const GuestStart& start) {
  std::optional<ChildrenBornIn> birthplace;
  if (start.init_pidfd >= 0 && (start.plan.inside.namespaces & CLONE_NEWPID) != 0) {
    birthplace.emplace(start.init_pidfd);
    if (!birthplace->entered()) return failed("enter the pid namespace of a cell");
  }
  start.pages.let_inherit(start.page, true);
  // fork(3), not clone(2): it runs the handlers that malloc, sanitizers and the program rely on.
  const pid_t pid = single_threaded_fork();
  if (pid == 0) {
    GuestSide guest = enter_cell(start);
    if (birthplace) birthplace->forget();
    set_this_cell(start.plan, start.cell);
    start_services(start.plan, guest, start.link_fd >= 0 ? Before::kSetUp : Before::kSetUpAndTests);
    return Forked{0, guest};
  }
  start.pages.let_inherit(start.page, false);
  if (pid < 0) return failed("fork a guest", "raise the limit on processes (ulimit -u)");
  return Forked{pid, std::nullopt};
}

}  // namespace cloister
