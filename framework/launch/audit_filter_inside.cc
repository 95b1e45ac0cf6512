#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "framework/launch/audit_filter.h"
#include "framework/launch/call_filter.h"
#include "framework/protocol/message.h"
#include "framework/syscalls/system_call.h"

namespace cloister {
namespace {

constexpr std::uint32_t kWriting = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;
constexpr std::size_t kLongest = 320;

// Instructions, one after the other.
class Program {
 public:
  void add(sock_filter instruction) {
    if (size_ < kLongest) code_[size_++] = instruction;
  }
  int install() const { return install_filter(code_, size_); }

 private:
  sock_filter code_[kLongest] = {};
  std::size_t size_ = 0;
};

constexpr sock_filter load_argument(int argument) {
  return load(static_cast<std::uint32_t>(offsetof(seccomp_data, args) +
                                         sizeof(std::uint64_t) * static_cast<unsigned>(argument)));
}

// The low halves of arguments are at the beginning: every processor that this knows is little
// endian.
void add_call(Program& program, const AuditedCall& call, AuditDepth seen, int socket) {
  if (call.names == Names::kOpened && seen == AuditDepth::kWrites) {
    program.add(jump(BPF_JEQ, call.number, 0, 4));
    program.add(load_argument(call.at));
    program.add(jump(BPF_JSET, kWriting, 0, 1));
    program.add(answer(SECCOMP_RET_USER_NOTIF));
    program.add(answer(SECCOMP_RET_ALLOW));
  } else if (call.number == SYS_sendmsg) {
    program.add(jump(BPF_JEQ, call.number, 0, 4));
    program.add(load_argument(0));
    program.add(jump(BPF_JEQ, static_cast<std::uint32_t>(socket), 1, 0));
    program.add(answer(SECCOMP_RET_USER_NOTIF));
    program.add(answer(SECCOMP_RET_ALLOW));
  } else if (call.number == SYS_sendto) {  // without an address it is send(2)
    program.add(jump(BPF_JEQ, call.number, 0, 4));
    program.add(load_argument(call.at));
    program.add(jump(BPF_JEQ, 0, 1, 0));
    program.add(answer(SECCOMP_RET_USER_NOTIF));
    program.add(answer(SECCOMP_RET_ALLOW));
  } else {
    program.add(jump(BPF_JEQ, call.number, 0, 1));
    program.add(answer(SECCOMP_RET_USER_NOTIF));
  }
}

}  // namespace

bool be_audited_inside(AuditDepth seen, int socket) {
  Program program;
  program.add(load(offsetof(seccomp_data, arch)));
  program.add(jump(BPF_JEQ, kNativeArchitecture, 1, 0));
  program.add(answer(SECCOMP_RET_USER_NOTIF));  // which the auditor cannot read, and says so
  program.add(load(offsetof(seccomp_data, nr)));
  program.add(jump(BPF_JGE, kX32, 0, 1));
  program.add(answer(SECCOMP_RET_USER_NOTIF));
  for (const AuditedCall& call : audited_calls()) {
    if (is_seen(call, seen)) add_call(program, call, seen, socket);
  }
  program.add(answer(SECCOMP_RET_ALLOW));
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
