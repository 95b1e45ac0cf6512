// What the guest left in its cell, listed by init before it ends: processes, System V objects,
// files. One system call each says that there is nothing; only then is anything read. It follows no
// tree, and never waits.
#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "framework/builder/calls_inside.h"
#include "framework/builder/facilities_inside.h"
#include "framework/syscalls/path.h"

#ifndef SHM_STAT_ANY  // Linux 4.17
#define SHM_STAT_ANY 15
#define SEM_STAT_ANY 20
#define MSG_STAT_ANY 13
#endif
#ifndef SHM_DEST
#define SHM_DEST 01000
#endif

namespace cloister::inside {
namespace {

// LeftKind of cloister/report.h, which wants the C++ library.
constexpr std::uint8_t kSharedMemory = 3;
constexpr std::uint8_t kSemaphores = 4;
constexpr std::uint8_t kMessages = 5;
constexpr std::uint8_t kFile = 6;

// Of a directory: beyond that the names of a million files would be read to show sixteen.
constexpr int kMostEntriesRead = 1024;
// System V indices looked at: the kernel's default limits are 4096 segments, 32000 sets.
constexpr int kMostIndices = 4096;

// True when /proc shows this very pid namespace.
bool proc_is_ours() {
  char self[16] = {};
  return sys::readlink("/proc/self", self, sizeof self - 1) > 0 && strcmp(self, "1") == 0;
}

std::size_t read_file(const char* pid, const char* name, char* into, std::size_t size) {
  const int fd = sys::open(Path{"/proc/", pid, name}.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  const ssize_t got = sys::read(fd, into, size);
  sys::close(fd);
  return got > 0 ? static_cast<std::size_t>(got) : 0;
}

// The number of a field behind the state, which is field 3 of /proc/PID/stat: proc(5).
unsigned long stat_field(const char* state, int number) {
  for (int field = 3; field < number && state != nullptr; ++field) {
    state = strchr(state, ' ');
    if (state != nullptr) ++state;
  }
  return state == nullptr ? 0 : strtoul(state, nullptr, 10);
}

// Ended, or as good as: PF_EXITING in its flags, or SIGKILL among its pending signals, as after
// PR_SET_PDEATHSIG.
bool is_dying(const char* state) {
  constexpr unsigned long kExiting = 4;
  constexpr unsigned long kKilled = 1UL << (SIGKILL - 1);
  return *state == 'Z' || *state == 'X' || (stat_field(state, 9) & kExiting) != 0 ||
         (stat_field(state, 31) & kKilled) != 0;
}

// The entries of a directory, one by one; closes `fd`.
class Entries {
 public:
  explicit Entries(int fd) : fd_(fd) {}
  Entries(const Entries&) = delete;
  Entries& operator=(const Entries&) = delete;
  ~Entries() {
    if (fd_ >= 0) sys::close(fd_);
  }
  bool there() const { return fd_ >= 0; }
  // nullptr after the last. The kernel's record, getdents64(2), is the library's.
  const dirent* next() {
    if (at_ >= held_) {
      held_ = fd_ < 0 ? 0 : sys::syscall(SYS_getdents64, fd_, buffer_, sizeof buffer_);
      at_ = 0;
    }
    if (held_ <= 0) return nullptr;
    const auto* entry = reinterpret_cast<const dirent*>(buffer_ + at_);
    at_ += entry->d_reclen;
    return entry;
  }

 private:
  int fd_;
  long held_ = 0;
  long at_ = 0;
  alignas(dirent) char buffer_[4096] = {};
};

// What /proc/PID/stat says: "7 (name) S 1 ...", proc(5).
struct Stat {
  char text[1024] = {};
  std::string_view name{};
  const char* state = nullptr;  // where that field is; nullptr if there is no such process

  explicit Stat(const char* pid) {
    text[read_file(pid, "/stat", text, sizeof text - 1)] = '\0';
    const char* begin = strchr(text, '(');
    const char* end = strrchr(text, ')');
    if (begin == nullptr || end == nullptr || end[1] == '\0') return;
    name = {begin + 1, static_cast<std::size_t>(end - begin - 1)};
    state = end + 2;
  }
};

// Whether one of its parents has the services as children: it is one, or of one.
bool is_of_service(const Stat& process) {
  constexpr int kMostParents = 64;
  constexpr int kParent = 4;  // that field
  if (process.name == kServiceSupervisor) return true;
  unsigned long parent = stat_field(process.state, kParent);
  for (int i = 0; parent > 1 && i < kMostParents; ++i) {
    char pid[24];
    snprintf(pid, sizeof pid, "%lu", parent);
    const Stat stat(pid);
    if (stat.name == kServiceSupervisor) return true;
    parent = stat.state == nullptr ? 0 : stat_field(stat.state, kParent);
  }
  return false;
}

void list_process(const char* pid, bool has_services, RollCall& roll) {
  char command[kCommandKept] = {};
  const Stat stat(pid);
  if (stat.state == nullptr || is_dying(stat.state) || (has_services && is_of_service(stat)))
    return;
  std::uint64_t& count = roll.counts[kSurvivorKind];
  if (count++ >= kLeftNamed) return;
  std::size_t length = read_file(pid, "/cmdline", command, sizeof command);
  while (length > 0 && command[length - 1] == '\0') --length;
  for (std::size_t i = 0; i < length; ++i) {
    if (command[i] == '\0') command[i] = ' ';
  }
  name_leftover(roll, kSurvivorKind, atoi(pid), stat.name, {command, length});
}

// Calls `use` with the pid of each process of the cell but init, until that returns true.
template <typename Use>
bool any_process(Use use) {
  // Signal 0 to everybody asks whether there is anybody: kill(2). Most cells are empty.
  if (sys::getpid() != 1 || (sys::kill(-1, 0) != 0 && errno == ESRCH) || !proc_is_ours())
    return false;
  Entries proc(sys::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  while (const dirent* entry = proc.next()) {
    const char* pid = entry->d_name;
    if (pid[0] >= '1' && pid[0] <= '9' && strcmp(pid, "1") != 0 && use(pid)) return true;
  }
  return false;
}

bool is_living_supervisor(const char* pid) {
  const Stat stat(pid);
  return stat.state != nullptr && !is_dying(stat.state) && stat.name == kServiceSupervisor;
}

// It sees that the guest has ended, takes what the services have printed by then, and ends.
void await_supervisor() {
  constexpr int kMostWaits = 100;
  const timespec pause{0, 1'000'000};
  for (int i = 0; i < kMostWaits && any_process(is_living_supervisor); ++i)
    sys::syscall(SYS_nanosleep, &pause, nullptr);
}

void list_processes(bool has_services, RollCall& roll) {
  any_process([&](const char* pid) {
    list_process(pid, has_services, roll);
    return false;
  });
}

// Whether the object is the guest's.
bool is_new(std::uint8_t kind, int id) {
  const Inside& own = here();
  if (!own.lists_new_objects) return true;
  const Inside::KnownObjects& known = own.known[kind - kSharedMemory];
  for (int i = 0; i < known.count; ++i) {
    if (known.ids[i] == id) return false;
  }
  return true;
}

void add_object(RollCall& roll, std::uint8_t kind, int key, unsigned long amount,
                const char* unit) {
  char text[80];
  if (roll.counts[kind]++ >= kLeftNamed) return;
  const char* s = amount == 1 ? "" : "s";
  const int length = key == IPC_PRIVATE
                         ? snprintf(text, sizeof text, "private, %lu %s%s", amount, unit, s)
                         : snprintf(text, sizeof text, "key %#x, %lu %s%s",
                                    static_cast<unsigned>(key), amount, unit, s);
  name_leftover(roll, kind, 0, {text, static_cast<std::size_t>(length)});
}

void list_shared_memory(RollCall& roll) {
  shm_info info{};
  const int last = sys::shmctl(0, SHM_INFO, &info);
  for (int i = 0, left = info.used_ids; i <= last && i < kMostIndices && left > 0; ++i) {
    shmid_ds segment{};
    const int id = sys::shmctl(i, SHM_STAT_ANY, &segment);
    if (id < 0) continue;
    --left;
    if (!is_new(kSharedMemory, id)) continue;
    // One that goes with its last process was put away as it should be.
    if ((segment.shm_perm.mode & SHM_DEST) == 0)
      add_object(roll, kSharedMemory, segment.shm_perm.__key, segment.shm_segsz, "byte");
    if (here().lists_new_objects) sys::shmctl(id, IPC_RMID, nullptr);
  }
}

void list_semaphores(RollCall& roll) {
  seminfo info{};
  const int last = sys::semctl(0, 0, SEM_INFO, &info);
  for (int i = 0, left = info.semusz; i <= last && i < kMostIndices && left > 0; ++i) {
    semid_ds set{};
    const int id = sys::semctl(i, 0, SEM_STAT_ANY, &set);
    if (id < 0) continue;
    --left;
    if (!is_new(kSemaphores, id)) continue;
    add_object(roll, kSemaphores, set.sem_perm.__key, set.sem_nsems, "semaphore");
    if (here().lists_new_objects) sys::semctl(id, 0, IPC_RMID, nullptr);
  }
}

void list_messages(RollCall& roll) {
  msginfo info{};
  const int last = sys::msgctl(0, MSG_INFO, &info);
  for (int i = 0, left = info.msgpool; i <= last && i < kMostIndices && left > 0; ++i) {
    msqid_ds queue{};
    const int id = sys::msgctl(i, MSG_STAT_ANY, &queue);
    if (id < 0) continue;
    --left;
    if (!is_new(kMessages, id)) continue;
    add_object(roll, kMessages, queue.msg_perm.__key, queue.msg_qnum, "message");
    if (here().lists_new_objects) sys::msgctl(id, IPC_RMID, nullptr);
  }
}

// What lies in the tmpfs itself. A file that somebody holds open without a name goes with him.
void list_files(std::size_t place, RollCall& roll) {
  Entries directory(open_written(place));
  if (!directory.there()) return;
  std::uint32_t seen = 0;
  for (int read = 0; read < kMostEntriesRead && seen <= kLeftNamed; ++read) {
    const dirent* entry = directory.next();
    if (entry == nullptr) break;
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
        there_at_start(place, entry->d_ino))
      continue;
    if (seen++ >= kLeftNamed) break;
    const Path name{entry->d_name, entry->d_type == DT_DIR ? "/" : ""};
    name_leftover(roll, kFile, static_cast<std::int32_t>(place), name.c_str());
  }
  if (seen == 0) roll.tmpfs[place].made = 0;
}

}  // namespace

bool name_leftover(RollCall& roll, std::uint8_t kind, std::int32_t number, std::string_view name,
                   std::string_view command) {
  const auto put = [&roll](const void* bytes, std::size_t size) {
    memcpy(roll.names + roll.names_size, bytes, size);
    roll.names_size += static_cast<std::uint32_t>(size);
  };
  const auto name_size = static_cast<std::uint32_t>(name.size());
  const auto command_size = static_cast<std::uint32_t>(command.size());
  if (roll.unused() < name.size() + command.size() + 2 * sizeof name_size + sizeof number + 1)
    return false;
  put(&kind, sizeof kind);
  put(&number, sizeof number);
  put(&name_size, sizeof name_size);
  put(name.data(), name.size());
  put(&command_size, sizeof command_size);
  put(command.data(), command.size());
  return true;
}

void note_objects(std::uint8_t look_for) {
  Inside& own = here();
  own.lists_new_objects = (look_for & kLookForNewSysv) != 0;
  if (!own.lists_new_objects) return;
  shm_info segments{};
  seminfo sets{};
  msginfo queues{};
  const int last[] = {sys::shmctl(0, SHM_INFO, &segments), sys::semctl(0, 0, SEM_INFO, &sets),
                      sys::msgctl(0, MSG_INFO, &queues)};
  for (const std::uint8_t kind : {kSharedMemory, kSemaphores, kMessages}) {
    const int place = kind - kSharedMemory;
    Inside::KnownObjects& known = own.known[place];
    for (int i = 0; i <= last[place] && i < kMostIndices && known.count < Inside::kMostKnown; ++i) {
      shmid_ds segment{};
      semid_ds set{};
      msqid_ds queue{};
      const int id = kind == kSharedMemory ? sys::shmctl(i, SHM_STAT_ANY, &segment)
                     : kind == kSemaphores ? sys::semctl(i, 0, SEM_STAT_ANY, &set)
                                           : sys::msgctl(i, MSG_STAT_ANY, &queue);
      if (id >= 0) known.ids[known.count++] = id;
    }
  }
}

void list_leftovers(std::uint8_t look_for, RollCall& roll) {
  const bool has_services = (look_for & kHasServices) != 0;
  if (has_services) await_supervisor();
  if ((look_for & kLookForProcesses) != 0) list_processes(has_services, roll);
  // A socket listens as long as a process holds it.
  if ((look_for & kLookForPorts) != 0 && roll.counts[kSurvivorKind] > 0) list_ports(roll);
  if ((look_for & kLookForSysv) != 0) {
    list_shared_memory(roll);
    list_semaphores(roll);
    list_messages(roll);
  }
  if ((look_for & kLookForFiles) == 0) return;
  for (std::size_t place = 0; place < kMostTmpfs; ++place) {
    if (roll.tmpfs[place].made > 0) list_files(place, roll);
  }
}

}  // namespace cloister::inside
