// The builder: a small program that makes and dismantles cells for one run. It is embedded in the
// library and executed from memory once per run, so that a cell's init lives in these few pages
// and not in the test binary's (docs/decisions/0001, 0050). It outlives the run just long enough to
// clean up after it, however the run ends. Its only contact is the socket on descriptor 3; it
// prints nothing.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <span>

#include "framework/builder/building.h"
#include "framework/builder/cgroups.h"
#include "framework/builder/networks.h"
#include "framework/builder/replies.h"
#include "framework/protocol/message.h"
#include "framework/protocol/protocol.h"
#include "framework/syscalls/path.h"

namespace cloister {
namespace {

int run = 3;                      // the socket to the run; -1 once it is gone
constexpr int kMostCells = 4096;  // alive at once; the run asks for fewer
constexpr int kRemovals = 200;    // attempts, kRetryMs apart, to remove a busy cgroup
constexpr int kRetryMs = 5;
constexpr int kLastWaitMs = 1000;  // for cells to die once the run is gone
constexpr int kGraceMs = 400;      // for a run that is given up to end by itself

Building* slots = nullptr;  // kMostCells of them, from calloc: zeros are Stage::kFree
pid_t runner = -1;          // this process's first child, which asks for the cells
int runner_status = 0;      // of wait(2)
bool runner_ended = false;
volatile sig_atomic_t runner_given_up = 0;
int slots_used = 0;  // one past the highest slot in use so far: the loops below stop there
char request[kLongestRequest];
char* owned = nullptr;  // the payload of kOwnCgroups
std::size_t owned_size = 0;

std::span<Building> cells() { return {slots, static_cast<std::size_t>(slots_used)}; }

// One that is not ending already: the run may have asked for another under the same number.
Building* find(std::uint32_t cell) {
  for (Building& building : cells()) {
    const bool lives = building.stage == Stage::kRising || building.stage == Stage::kStanding;
    if (lives && building.cell == cell) return &building;
  }
  return nullptr;
}

// A slot made ready for a new cell, nullptr when there is none.
Building* take_slot() {
  for (Building& building : cells()) {
    if (building.stage == Stage::kFree) return &building;
  }
  if (slots_used == kMostCells) return nullptr;
  slots[slots_used] = Building{};
  return &slots[slots_used++];
}

// Tells the run, with what goes along; nothing when it is gone.
void reply(const BuilderReply& words, Attachments along = {}) {
  if (run >= 0) send_or_keep(run, words, along);
}

// When nothing of the cell is left.
void report_failure(std::uint32_t cell, const InsideReply& failure) {
  BuilderReply words{};
  words.reply = Reply::kFailed;
  words.cell = cell;
  words.failure = failure;
  reply(words);
}

void own_cgroups(const char* payload, std::size_t size, std::uint32_t cell) {
  free(owned);
  owned = static_cast<char*>(malloc(size));
  memcpy(owned, payload, size);
  owned_size = size;
  BuilderReply words{};
  words.reply = Reply::kReady;
  words.cell = cell;
  make_run_cgroups(ByteReader({owned, owned_size}), words.failure);
  reply(words);
}

void start_building(const RequestHead& head, const char* payload, std::size_t size) {
  const std::uint32_t cell = head.cell;
  const Building* outer = head.within == kNoTemplate ? nullptr : find(head.within);
  if (head.within != kNoTemplate && outer == nullptr)
    return report_failure(cell, {ESRCH, "make a cell in that of its template"});
  Building* building = take_slot();
  if (building == nullptr) return report_failure(cell, {EAGAIN, "keep more cells at once"});
  building->cell = cell;
  building->guest_pid = head.guest_pid;
  if (outer != nullptr) {
    building->within = outer->pidfd;
    building->within_namespaces = outer->namespaces();
  }
  building->plan = static_cast<char*>(malloc(size));
  memcpy(building->plan, payload, size);
  building->plan_size = size;
  InsideReply failure;
  if (build(*building, failure)) return;
  clear(*building);
  report_failure(cell, failure);
}

void end_init(Building& building) {
  read_cgroups(ByteReader(building.cgroups()), building.cell, true, building.readings);
  // One that cannot be told calls no roll.
  if (send(building.socket, "e", 1, MSG_NOSIGNAL | MSG_DONTWAIT) != 1) kill(building.init, SIGKILL);
  building.stage = Stage::kEnding;
  building.ending = Stopwatch();
}

// The next request, with the descriptor that comes along, if any.
ssize_t receive(int& descriptor) {
  iovec data{request, sizeof request};
  Message message(&data, 1);
  message.make_room();
  const ssize_t got = recvmsg(run, message.head(), MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (got >= 0) descriptor = message.descriptor();
  return got;
}

// One, so that inits do not wait for each other's making. False when the run is gone.
bool serve_request() {
  int descriptor = -1;
  const ssize_t got = receive(descriptor);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return true;
  RequestHead head;
  if (got < static_cast<ssize_t>(sizeof head)) return false;
  memcpy(&head, request, sizeof head);
  const char* payload = request + sizeof head;
  const std::size_t size = static_cast<std::size_t>(got) - sizeof head;
  switch (head.request) {
    case Request::kOwnCgroups:
      own_cgroups(payload, size, head.cell);
      break;
    case Request::kBuild:
      start_building(head, payload, size);
      break;
    case Request::kDismantle:
      if (Building* building = find(head.cell)) end_init(*building);
      break;
    case Request::kWitness:
      set_witness(descriptor);
      break;
  }
  return true;
}

// A message of init before it is told to end: that the inside stands, or that it does not.
void hear_init(Building& building) {
  InsideReply words;
  iovec data{&words, sizeof words};
  Message message(&data, 1);
  message.make_room();
  const ssize_t got = recvmsg(building.socket, message.head(), MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  const int views = got > 0 ? message.descriptor() : -1;
  if (got == static_cast<ssize_t>(sizeof words) && words.error == 0) {
    building.stage = Stage::kStanding;
    for (std::size_t i = 0; i < kCostCount; ++i) building.costs[i] += words.costs[i];
    BuilderReply built{};
    built.reply = Reply::kBuilt;
    built.cell = building.cell;
    built.init_pid = building.init;
    reply(built, {building.pidfd, views});
  } else if (building.stage == Stage::kRising) {
    if (got != static_cast<ssize_t>(sizeof words)) {
      words = {ECHILD, "set the inside of the cell up: its init died"};
    }
    building.failed = true;
    building.failure = words;
    building.stage = Stage::kEnding;
  } else {
    building.stage = Stage::kEnding;  // init is dying: reap() sees when
  }
  if (views >= 0) close(views);
}

// A guest waits on its way to a network.
void serve_witness() {
  WayToNetwork way;
  if (!hear_witness(way)) return;
  for (Building& building : cells()) {
    if (way.network == 0 || way.network == building.network.inode) building.network.used = true;
  }
  let_on(way);
}

void take_roll_call(Building& building) {
  auto* roll = static_cast<RollCall*>(calloc(1, sizeof(RollCall)));
  if (roll != nullptr && recv(building.socket, roll, sizeof *roll, MSG_DONTWAIT) > 0) {
    building.left = roll;
  } else {
    free(roll);
  }
}

// Reaps whatever has ended: inits, the process that runs the cells, and the guests that it left
// when it died.
void reap() {
  int status = 0;
  for (pid_t pid = 0; (pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0;) {
    if (pid == runner) {
      runner_status = status;
      runner_ended = true;
    }
    for (Building& building : cells()) {
      if (building.init != pid || building.stage == Stage::kFree || building.stage == Stage::kEmpty)
        continue;
      if (building.stage != Stage::kEnding)
        hear_init(building);  // why it died, if it could still say so
      take_roll_call(building);
      building.stage = Stage::kEmpty;
      building.ending.lap(building.costs, Cost::kEndInit);
      building.removals_left = kRemovals;
    }
  }
}

// Reads and removes the cgroups of an empty cell, then tells the run. A busy directory is tried
// again.
void sweep(Building& building) {
  BuilderReply gone{};
  read_cgroups(ByteReader(building.cgroups()), building.cell, false, building.readings);
  memcpy(gone.readings, building.readings, sizeof gone.readings);
  if (!remove_cgroups(ByteReader(building.cgroups()), building.cell) &&
      --building.removals_left > 0) {
    kill_cgroups(ByteReader(building.cgroups()), building.cell);
    return;
  }
  building.ending.lap(building.costs, Cost::kRemoveCgroups);
  memcpy(gone.costs, building.costs, sizeof gone.costs);
  gone.reply = Reply::kGone;
  gone.cell = building.cell;
  if (building.left != nullptr) gone.left = *building.left;
  const bool failed = building.failed;
  const InsideReply failure = building.failure;
  clear(building);
  failed ? report_failure(gone.cell, failure) : reply(gone);
}

// Handlers of signals, which come only while turn() waits.
void expect_end(int) {
  const itimerval grace{{}, {kGraceMs / 1000, kGraceMs % 1000 * 1000L}};
  setitimer(ITIMER_REAL, &grace, nullptr);
}
void give_up_runner(int) {
  if (runner > 0 && !runner_ended) kill(runner, SIGKILL);
  runner_given_up = 1;
}

// What turn() waits for: not on the stack, which a limit may have made small (ulimit -s).
pollfd waits[2 + kMostCells];
Building* of[2 + kMostCells];

// The first two of `waits`, then a socket for each init that may have something to say.
nfds_t gather_waits() {
  const bool to_say = kept_for() == KeptFor::kWantOfRoom;
  waits[0] = {run, static_cast<short>(to_say ? POLLIN | POLLOUT : POLLIN), 0};
  waits[1] = {witness(), POLLIN, 0};
  nfds_t count = 2;
  for (Building& building : cells()) {
    if (building.stage != Stage::kRising && building.stage != Stage::kStanding) continue;
    of[count] = &building;
    waits[count++] = {building.socket, POLLIN, 0};
  }
  return count;
}

bool any_is_empty() {
  for (const Building& building : cells()) {
    if (building.stage == Stage::kEmpty) return true;
  }
  return false;
}

// One turn of the loop; false when the run is gone.
bool turn(int timeout_ms) {
  nfds_t count = gather_waits();
  if (any_is_empty() || kept_for() == KeptFor::kWantOfMemory) timeout_ms = kRetryMs;
  const timespec timeout{timeout_ms / 1000, timeout_ms % 1000 * 1000000L};
  // Signals are blocked but here, so that no child ends unseen.
  sigset_t none;
  sigemptyset(&none);
  if (ppoll(waits, count, timeout_ms < 0 ? nullptr : &timeout, &none) < 0) count = 0;
  if (run >= 0) send_kept(run);
  if (count > 0 && (waits[1].revents & POLLIN) != 0) serve_witness();
  if (count > 0 && (waits[1].revents & POLLHUP) != 0) set_witness(-1);  // no guest can be any more
  for (nfds_t i = 2; i < count; ++i) {
    if (waits[i].revents != 0) hear_init(*of[i]);
  }
  reap();
  for (Building& building : cells()) {
    if (building.stage == Stage::kEmpty) sweep(building);
  }
  // Its socket may live on, in what it had just forked.
  if (runner_ended || runner_given_up != 0) return false;
  if (count == 0) return true;
  if ((waits[0].revents & POLLIN) != 0) return serve_request();
  return (waits[0].revents & (POLLHUP | POLLERR | POLLNVAL)) == 0;
}

long now_ms() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool any_cell() {
  for (const Building& building : cells()) {
    if (building.stage != Stage::kFree) return true;
  }
  return false;
}

// What guests without a pid namespace left behind has become this process's:
// PR_SET_CHILD_SUBREAPER, prctl(2). As long as there is any.
void end_orphans() {
  char children[64];
  snprintf(children, sizeof children, "/proc/self/task/%d/children", getpid());
  for (const long end = now_ms() + kLastWaitMs; now_ms() < end; poll(nullptr, 0, 1)) {
    FILE* file = fopen(children, "re");
    bool any = false;
    int pid = 0;
    while (file != nullptr && fscanf(file, "%d", &pid) == 1) any = kill(pid, SIGKILL) == 0 || any;
    if (file != nullptr) fclose(file);
    while (waitpid(-1, nullptr, WNOHANG | __WALL) > 0) {
    }
    if (!any) return;
  }
}

// The run is over: nothing of it may stay.
void clean_up() {
  for (Building& building : cells()) {
    if (building.stage == Stage::kFree || building.stage == Stage::kEmpty) continue;
    kill(building.init, SIGKILL);
    building.stage = Stage::kEnding;
  }
  close(run);
  run = -1;  // poll(2) passes over it
  for (const long end = now_ms() + kLastWaitMs; any_cell() && now_ms() < end;) turn(kRetryMs);
  // The run closed its socket by ending, or is about to end; or it has no use for cells.
  while (runner > 0 && !runner_ended) turn(-1);
  end_orphans();
  undo_run_cgroups(ByteReader({owned, owned_size}));
}

int live_as_builder() {
  prctl(PR_SET_NAME, "cell-builder", 0, 0, 0);
  // No guest may trace its init, nor look into /proc/1, whose memory is this process's: ptrace(2).
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return 1;
  for (const int signal_number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGTSTP}) {
    signal(signal_number, SIG_IGN);
  }
  sigset_t awaited;
  sigemptyset(&awaited);
  for (const int number : {SIGCHLD, SIGALRM, kGiveUpRun}) sigaddset(&awaited, number);
  sigprocmask(SIG_BLOCK, &awaited, nullptr);
  signal(SIGCHLD, [](int) {});
  signal(SIGALRM, give_up_runner);
  signal(kGiveUpRun, expect_end);
  prctl(PR_SET_PDEATHSIG, kGiveUpRun, 0, 0, 0);
  slots = static_cast<Building*>(calloc(kMostCells, sizeof(Building)));
  if (slots == nullptr) return 1;
  while (turn(-1)) {
  }
  clean_up();
  return WIFSIGNALED(runner_status) ? 128 + WTERMSIG(runner_status) : WEXITSTATUS(runner_status);
}

}  // namespace
}  // namespace cloister

// argv[1] is the pid of the child that this process has: the run.
int main(int argc, char** argv) {
  if (argc > 1) cloister::runner = atoi(argv[1]);
  return cloister::live_as_builder();
}
