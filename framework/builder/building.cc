#include "framework/builder/building.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <new>

#include "framework/builder/cgroups.h"
#include "framework/builder/doing.h"
#include "framework/builder/init_inside.h"
#include "framework/builder/inside.h"
#include "framework/builder/nested_init.h"
#include "framework/syscalls/path.h"
#include "framework/syscalls/system_call.h"

namespace cloister {
namespace {

// A stack for an init, with a page below it that nothing may touch; nullptr when there is no
// memory.
void* make_stack() {
  constexpr std::size_t kPage = 4096;
  constexpr std::size_t kSize = inside::kStackSize;
  void* memory = mmap(nullptr, 2 * kSize, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  char* begin = static_cast<char*>(memory);
  const std::size_t before = kSize - reinterpret_cast<std::uintptr_t>(begin) % kSize;
  munmap(begin, before);
  if (before < kSize) munmap(begin + before + kSize, kSize - before);
  mprotect(begin + before, kPage, PROT_NONE);
  return begin + before;
}

// Shares this process's memory where init can do without the C library's: then there are no page
// tables to copy, nothing to copy on write, and nothing to take down again. clone(2), not clone3(2)
// of whose flags container filters see nothing.
constexpr int kMemory = kWithoutLibrary ? CLONE_VM : 0;

// Writes one of /proc/PID/{uid_map,gid_map}: all lines in one write, by user_namespaces(7).
bool write_map(pid_t init, const char* name, ByteReader& plan, InsideReply& failure) {
  char text[4096];
  int length = 0;
  for (std::uint32_t ranges = plan.count(); ranges > 0; --ranges) {
    const auto inside = plan.number<std::uint32_t>();
    const auto outside = plan.number<std::uint32_t>();
    const auto count = plan.number<std::uint32_t>();
    const auto room = static_cast<std::size_t>(static_cast<int>(sizeof text) - length);
    const int line = snprintf(text + length, room, "%u %u %u\n", inside, outside, count);
    if (static_cast<std::size_t>(line) >= room) break;
    length += line;
  }
  if (length == 0) return true;
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", init, name);
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  const bool written = fd >= 0 && write(fd, text, static_cast<std::size_t>(length)) == length;
  if (!written) fail(failure, "map ids through '%s'", path);
  if (fd >= 0) close(fd);
  return written;
}

// An unprivileged gid_map wants setgroups(2) denied first: user_namespaces(7).
bool deny_setgroups(pid_t init, InsideReply& failure) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/setgroups", init);
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return true;
  const bool written = fd >= 0 && write(fd, "deny", 4) == 4;
  if (!written) fail(failure, "deny setgroups through '%s'", path);
  if (fd >= 0) close(fd);
  return written;
}

bool write_maps(pid_t init, bool allow_setgroups, ByteReader plan, InsideReply& failure) {
  if (!write_map(init, "uid_map", plan, failure)) return false;
  ByteReader gids = plan;
  if (!allow_setgroups && gids.count() > 0 && !deny_setgroups(init, failure)) return false;
  return write_map(init, "gid_map", plan, failure);
}

// What an encoded plan begins with.
struct PlanHead {
  std::uint64_t namespaces;
  bool allow_setgroups;
  LentNetwork lent_network;
  ByteReader maps;  // and everything behind them
};
PlanHead head_of(const Building& building) {
  ByteReader plan({building.plan, building.plan_size});
  const auto namespaces = plan.number<std::uint64_t>();
  const bool allow_setgroups = plan.number<std::uint8_t>() != 0;
  const auto lent_network = plan.number<LentNetwork>();
  return {namespaces, allow_setgroups, lent_network, plan};
}

void skip_map(ByteReader& plan) {
  for (std::uint32_t numbers = plan.count() * 3; numbers > 0; --numbers)
    plan.number<std::uint32_t>();
}

// Clones init, to live on the stack of its slot.
bool start_init(Building& building, std::uint64_t namespaces, std::string_view steps,
                InsideReply& failure) {
  if (building.stack == nullptr) building.stack = make_stack();
  int ends[2];
  if (building.stack == nullptr) return fail(failure, "make a stack for init");
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    return fail(failure, "make a socket pair for init");
  }
  inside::Inside* own = new (inside::head_of(building.stack)) inside::Inside;
  own->socket = ends[1];
  own->steps = steps;
  if ((namespaces & CLONE_NEWPID) != 0) own->guest_pid = building.guest_pid;
  const auto flags = static_cast<int>(namespaces) | kMemory | CLONE_PIDFD | SIGCHLD;
  building.init = building.within < 0
                      ? clone([](void*) -> int { inside::live_as_init(); }, own, flags, nullptr,
                              &building.pidfd)
                      : clone_nested_init(building.within, building.within_namespaces, own, flags,
                                          building.pidfd, failure);
  if (building.init < 0) {
    if (failure.error == 0) fail(failure, "clone a process with new namespaces");
    close(ends[0]);
    close(ends[1]);
    return false;
  }
  close(ends[1]);
  building.socket = ends[0];
  return true;
}

bool let_rise(const Building& building, InsideReply& failure) {
  return send(building.socket, "g", 1, MSG_NOSIGNAL) == 1 || fail(failure, "tell init to begin");
}

// What a cell is but for its cgroups, which init does not join.
bool build_init(Building& building, std::string_view steps, Stopwatch& watch,
                InsideReply& failure) {
  const PlanHead head = head_of(building);
  std::uint64_t namespaces = head.namespaces;
  if (head.lent_network != LentNetwork::kNone) {
    namespaces &= ~std::uint64_t{CLONE_NEWNET};
    if (!lend_network(head.lent_network, building.network, failure)) return false;
    watch.lap(building.costs, Cost::kLendNetwork);
  }
  if (!start_init(building, namespaces, steps, failure)) return false;
  watch.lap(building.costs, Cost::kCloneInit);
  building.stage = Stage::kRising;
  if (!write_maps(building.init, head.allow_setgroups, head.maps, failure) ||
      !let_rise(building, failure)) {
    kill(building.init, SIGKILL);
    waitpid(building.init, nullptr, __WALL);
    return false;
  }
  watch.lap(building.costs, Cost::kMapIds);
  return true;
}

}  // namespace

std::uint64_t Building::namespaces() const { return head_of(*this).namespaces; }

std::string_view Building::cgroups() const {
  ByteReader plan_left = head_of(*this).maps;
  skip_map(plan_left);
  skip_map(plan_left);
  return plan_left.rest();
}

bool build(Building& building, InsideReply& failure) {
  ByteReader steps(building.cgroups());
  Stopwatch watch;
  bool stands = make_cgroups(steps, building.cell, failure);
  watch.lap(building.costs, Cost::kMakeCgroups);
  stands = stands && build_init(building, steps.rest(), watch, failure);
  if (!stands) remove_cgroups(ByteReader(building.cgroups()), building.cell);
  return stands;
}

void clear(Building& building) {
  if (building.pidfd >= 0) close(building.pidfd);
  if (building.socket >= 0) close(building.socket);
  free(building.plan);
  free(building.left);
  take_back(building.network);
  void* stack = building.stack;
  building = Building{};
  building.stack = stack;
}

}  // namespace cloister
