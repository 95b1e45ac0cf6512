#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "framework/builder/message.h"
#include "framework/builder/system_call.h"
#include "framework/launch/audit_filter.h"

namespace cloister {
namespace {

constexpr std::uint32_t kWriting = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;
constexpr std::size_t kLongest = 320;

// Instructions, one after the other.
class Program {
 public:
  void load(std::size_t offset) {
    add(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset)));
  }
  void jump(std::uint32_t comparison, std::uint32_t value, std::uint8_t if_true,
            std::uint8_t if_false) {
    add(BPF_JUMP(static_cast<std::uint16_t>(BPF_JMP | comparison | BPF_K), value, if_true,
                 if_false));
  }
  void answer(std::uint32_t action) { add(BPF_STMT(BPF_RET | BPF_K, action)); }
  void load_argument(int argument) {
    load(offsetof(seccomp_data, args) + sizeof(std::uint64_t) * static_cast<unsigned>(argument));
  }
  int install() {
    // Once a call is heard, no signal but SIGKILL ends it: Linux 5.19.
    constexpr unsigned kWaitKillable = 1U << 5;  // SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
    const int listener = install(kWaitKillable);
    return listener < 0 && errno == EINVAL ? install(0) : listener;
  }

 private:
  int install(unsigned flags) {
    const sock_fprog program{static_cast<unsigned short>(size_), code_};
    return static_cast<int>(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                                      SECCOMP_FILTER_FLAG_NEW_LISTENER | flags, &program));
  }
  void add(sock_filter instruction) {
    if (size_ < kLongest) code_[size_++] = instruction;
  }
  sock_filter code_[kLongest] = {};
  std::size_t size_ = 0;
};

// The low halves of arguments are at the beginning: every processor that this knows is little
// endian.
void add_call(Program& program, const AuditedCall& call, Seen seen, int socket) {
  if (call.names == Names::kOpened && seen == Seen::kWrites) {
    program.jump(BPF_JEQ, call.number, 0, 4);
    program.load_argument(call.at);
    program.jump(BPF_JSET, kWriting, 0, 1);
    program.answer(SECCOMP_RET_USER_NOTIF);
    program.answer(SECCOMP_RET_ALLOW);
  } else if (call.number == SYS_sendmsg) {
    program.jump(BPF_JEQ, call.number, 0, 4);
    program.load_argument(0);
    program.jump(BPF_JEQ, static_cast<std::uint32_t>(socket), 1, 0);
    program.answer(SECCOMP_RET_USER_NOTIF);
    program.answer(SECCOMP_RET_ALLOW);
  } else if (call.number == SYS_sendto) {  // without an address it is send(2)
    program.jump(BPF_JEQ, call.number, 0, 4);
    program.load_argument(call.at);
    program.jump(BPF_JEQ, 0, 1, 0);
    program.answer(SECCOMP_RET_USER_NOTIF);
    program.answer(SECCOMP_RET_ALLOW);
  } else {
    program.jump(BPF_JEQ, call.number, 0, 1);
    program.answer(SECCOMP_RET_USER_NOTIF);
  }
}

}  // namespace

bool be_audited_inside(Seen seen, int socket) {
  Program program;
  program.load(offsetof(seccomp_data, arch));
  program.jump(BPF_JEQ, kNativeArchitecture, 1, 0);
  program.answer(SECCOMP_RET_USER_NOTIF);  // which the auditor cannot read, and says so
  program.load(offsetof(seccomp_data, nr));
  for (const AuditedCall& call : audited_calls()) {
    if (is_seen(call, seen)) add_call(program, call, seen, socket);
  }
  program.answer(SECCOMP_RET_ALLOW);
  const int listener = program.install();
  if (listener < 0) return false;
  char word = 'l';
  iovec data{&word, 1};
  Message message(&data, 1);
  message.attach(listener);
  const bool sent = ::sendmsg(socket, message.head(), MSG_NOSIGNAL) == 1;
  const int error = errno;
  ::close(listener);
  errno = error;
  return sent;
}

}  // namespace cloister
