// PID 1 of a cell: sets the inside up, seals itself, then waits to be told to end. It never runs a
// test and holds nothing but its end of one socket. Orphans are reaped by the kernel: SIGCHLD is
// ignored.
#include "framework/builder/init_inside.h"

#include <dirent.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "framework/builder/close_others.h"
#include "framework/builder/doing.h"
#include "framework/builder/facilities_inside.h"
#include "framework/builder/path.h"

namespace cloister {
namespace {

constexpr int kSocket = 3;

// From here on the guest can neither trace this process nor look into /proc/1 (ptrace(2), proc(5)),
// and this process can do nothing that the guest could make it do.
bool seal(InsideReply& failure) {
  __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[2] = {};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || syscall(SYS_capset, &head, none) != 0 ||
      prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
    return fail(failure, "seal init");
  }
  return true;
}

// True when /proc shows this very pid namespace.
bool proc_is_ours() {
  char self[16] = {};
  return readlink("/proc/self", self, sizeof self - 1) > 0 && strcmp(self, "1") == 0;
}

// Reads comm and state of /proc/PID/stat; false for a process that has ended.
bool read_survivor(const char* pid, SurvivorRecord& record) {
  char line[256];
  FILE* file = fopen(Path{"/proc/", pid, "/stat"}.c_str(), "re");
  if (file == nullptr) return false;
  const bool got = fgets(line, sizeof line, file) != nullptr;
  fclose(file);
  const char* open = got ? strchr(line, '(') : nullptr;
  const char* close = got ? strrchr(line, ')') : nullptr;
  if (open == nullptr || close == nullptr || close[1] == '\0' || close[2] == 'Z' ||
      close[2] == 'X') {
    return false;
  }
  record.pid = atoi(pid);
  const std::size_t length = static_cast<std::size_t>(close - open - 1);
  memcpy(record.name, open + 1, length < sizeof record.name ? length : sizeof record.name - 1);
  return true;
}

RollCall call_the_roll() {
  RollCall roll;
  // Signal 0 to everybody asks whether there is anybody: kill(2). Most cells are empty, and this is
  // cheap.
  if (getpid() != 1 || (kill(-1, 0) != 0 && errno == ESRCH) || !proc_is_ours()) return roll;
  DIR* proc = opendir("/proc");
  if (proc == nullptr) return roll;
  while (const dirent* entry = readdir(proc)) {
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9' || strcmp(entry->d_name, "1") == 0)
      continue;
    SurvivorRecord record;
    if (!read_survivor(entry->d_name, record)) continue;
    if (roll.count < kSurvivorsKept) roll.first[roll.count] = record;
    ++roll.count;
  }
  closedir(proc);
  return roll;
}

}  // namespace

void live_as_init(int socket, ByteReader steps) {
  prctl(PR_SET_NAME, "cell-init", 0, 0, 0);
  // The builder's death ends the cell; should it already be dead, the first recv() says so.
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (dup2(socket, kSocket) != kSocket) _exit(1);  // what is there is the builder's, to the run
  close_between(0, kSocket - 1);
  close_between(kSocket + 1, UINT_MAX);
  signal(SIGCHLD, SIG_IGN);

  char word = 0;
  if (recv(kSocket, &word, 1, 0) != 1) _exit(0);  // the id maps are written only now
  InsideReply reply;
  const bool stands = perform_steps(steps, reply) && seal(reply);
  // An init that cannot say so does not stand: its end says that much.
  if (send(kSocket, &reply, sizeof reply, MSG_NOSIGNAL) < 0 || !stands) _exit(1);

  if (recv(kSocket, &word, 1, 0) == 1) {
    RollCall roll = call_the_roll();
    weigh_tmpfs(roll.tmpfs);
    send(kSocket, &roll, sizeof roll, MSG_NOSIGNAL);
  }
  _exit(0);  // and the kernel kills whatever is left: pid_namespaces(7)
}

}  // namespace cloister
