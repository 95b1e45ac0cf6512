#include "framework/audit/auditor.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "framework/config/path_pattern.h"
#include "framework/launch/call_filter.h"
#include "framework/protocol/message.h"
#include "framework/syscalls/system_call.h"

namespace cloister {
namespace {

constexpr std::size_t kMostPaths = 4096;
constexpr std::size_t kMostAddresses = 256;
constexpr std::size_t kMostRefused = 8;
constexpr int kAtOnce = 64;  // calls that are answered before the loop sees to others

void add_name(std::vector<std::string>& names, const std::string& name, std::size_t most) {
  if (!name.empty() && names.size() < most && std::ranges::find(names, name) == names.end())
    names.push_back(name);
}

// The one that asks and this process wait for each other: on one processor neither has to be woken
// from sleep. Where the kernel cannot (before Linux 6.6), it only takes longer.
void run_beside(int listener) {
  constexpr unsigned long kSetFlags = _IOW('!', 4, std::uint64_t);  // SECCOMP_IOCTL_NOTIF_SET_FLAGS
  constexpr unsigned long kSyncWakeUp = 1;  // SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP
  ::ioctl(listener, kSetFlags, kSyncWakeUp);
}

}  // namespace

void Auditor::serve() {
  if (!listener_.open()) {
    char word = 0;
    iovec data{&word, 1};
    Message message(&data, 1);
    message.make_room();
    if (::recvmsg(socket_.get(), message.head(), MSG_CMSG_CLOEXEC | MSG_DONTWAIT) < 0) return;
    listener_ = Fd(message.descriptor());
    socket_.reset();
    run_beside(listener_.get());
    return;
  }
  for (int heard = 0; heard < kAtOnce; ++heard) {
    pollfd wait{listener_.get(), POLLIN, 0};
    if (::poll(&wait, 1, 0) <= 0) return;
    if ((wait.revents & POLLIN) == 0 || !hear_one()) {
      if ((wait.revents & POLLHUP) != 0) listener_.reset();  // no process is left that could ask
      return;
    }
  }
}

bool Auditor::hear_one() {
  seccomp_notif call{};
  if (::ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_RECV, &call) != 0) return errno == ENOENT;
  AskedBy asked(static_cast<pid_t>(call.pid), call.data);
  look(call.data, asked);
  if (asked.is_closed() && audit_.gap.empty()) {
    audit_.gap = fmt::format(
        "its process {} does not let itself be looked into (prctl(2), PR_SET_DUMPABLE)", call.pid);
  }
  seccomp_notif_resp answer{};
  answer.id = call.id;
  answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  ::ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_SEND, &answer);  // it may be dead by now
  return true;
}

void Auditor::look(const seccomp_data& call, AskedBy& asked) {
  const bool is_x32 = call.nr >= static_cast<int>(kX32);
  if (call.arch != kNativeArchitecture || is_x32) {
    audit_.gap = "it runs a program of another architecture";
    return;
  }
  const auto calls = audited_calls();
  const auto found = std::ranges::find_if(
      calls, [&](const auto& each) { return each.number == static_cast<std::uint32_t>(call.nr); });
  if (found == calls.end()) return;
  switch (found->names) {
    case Names::kPath:
    case Names::kSwap:
      note_named(*found, asked);
      break;
    case Names::kDescriptor:
      note(asked.path_of_descriptor(found->first), found->first.use | kRead);
      break;
    case Names::kLink: {
      const std::string path = asked.path(found->first);
      note(path, found->first.use | kRead);
      note(asked.target(*found, path), kLookedAt);  // it may well be read by that name
      break;
    }
    case Names::kOpened:
    case Names::kHow:
      note_opened(asked.path(found->first), asked.flags(*found));
      break;
    case Names::kAddress:
    case Names::kMessage:
    case Names::kMessages:
      note_address(*found, asked, found->number == SYS_bind);
      break;
    case Names::kRing:
      audit_.gap = "what it does by io_uring is not seen";
      break;
  }
  for (const std::string& directory : asked.passed()) note(directory, kLookedAt);
}

// What is removed, renamed or changed in place has to be there; a second name is a new one, unless
// the two change places.
void Auditor::note_named(const AuditedCall& call, AskedBy& asked) {
  const auto use = [](const PathAt& at) {
    return static_cast<std::uint8_t>((at.use & kWritten) != 0 ? at.use | kRead : at.use);
  };
  const unsigned flags = call.names == Names::kSwap ? static_cast<unsigned>(asked.flags(call)) : 0;
  const bool is_link = (call.first.use & kWritten) == 0;
  // Where something is there the call fails.
  const bool is_new = is_link || (flags & RENAME_NOREPLACE) != 0;
  const std::string path = asked.path(call.first);
  note(path, use(call.first));
  if (call.first.use == kExecuted) note_interpreter(path);
  note(asked.path(call.second), (flags & RENAME_EXCHANGE) != 0 ? use(call.first)
                                : is_new                       ? call.second.use | kRead
                                                               : call.second.use);
}

// A script is executed by what its first line names: execve(2).
void Auditor::note_interpreter(const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  char line[256] = {};
  if (::read(file.get(), line, sizeof line - 1) < 3 || line[0] != '#' || line[1] != '!') return;
  std::string_view rest(line + 2);
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
  const std::string interpreter(rest.substr(0, rest.find_first_of(" \t\n")));
  if (interpreter.starts_with('/')) note(interpreter, kExecuted);
}

void Auditor::note_opened(const std::string& path, int flags) {
  if ((flags & O_PATH) != 0) return note(path, kLookedAt);
  std::uint8_t uses = 0;
  // It has to be there, or what is not overwritten counts.
  if ((flags & O_TRUNC) == 0 || (flags & O_CREAT) == 0) uses |= kRead;
  if ((flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)) != 0) uses |= kWritten;
  if ((flags & O_TMPFILE) == O_TMPFILE) uses = kLookedAt;  // a file without a name
  // One that is only to be there.
  if ((flags & (O_ACCMODE | O_CREAT | O_TRUNC)) == (O_RDONLY | O_CREAT) &&
      ::access(path.c_str(), F_OK) == 0)
    uses = kRead;
  note(path, uses);
}

void Auditor::note_address(const AuditedCall& call, AskedBy& asked, bool is_bound) {
  const auto address = asked.address(call);
  if (!address) return;
  bool is_path = false;
  const std::string name =
      address->ss_family == AF_UNIX ? asked.unix_name(*address, is_path) : address_text(*address);
  if (is_path) note(name, is_bound ? kWritten : kRead);
  add_name(is_bound ? audit_.listened : audit_.addresses, name, kMostAddresses);
}

void Auditor::note(std::string path, std::uint8_t use) {
  if (path.empty() || is_below_any(path, kKernelDirectories)) return;
  if (!plan_.covered.empty() && is_below(path, plan_.covered))
    path = plan_.covered.substr(0, plan_.covered.rfind('/')) + path.substr(plan_.covered.size());
  else if (is_below_any(path, plan_.own) && !is_below_any(path, plan_.kept))
    return;
  const bool writes = (use & kWritten) != 0;
  if (is_below_any(path, kSystemDirectories) && !writes && use != kExecuted) return;
  struct stat status{};
  // A link is there wherever it leads.
  const bool is_there = ::stat(path.c_str(), &status) == 0 || ::lstat(path.c_str(), &status) == 0;
  // What takes a file for a directory fails because the file is there.
  if (!is_there && errno == ENOTDIR) note(path.substr(0, path.rfind('/')), kLookedAt);
  if (plan_.declared) {
    const bool lists = is_there && S_ISDIR(status.st_mode) && (use & kRead) != 0;
    if ((writes || is_there) && !is_declared(path, lists)) refuse(path);
  } else if (writes && is_below_any(path, plan_.read_only)) {
    refuse(path);
  }
  if (plan_.seen != AuditDepth::kAll || (!is_there && !writes)) return;
  if (!is_there) use &= static_cast<std::uint8_t>(~kRead);
  if ((use & kRenamed) != 0 && ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode))
    use |= kIsDirectory;
  if (is_there && S_ISDIR(status.st_mode) && (use & kRead) != 0)
    use = static_cast<std::uint8_t>((use & ~kRead) | (writes ? kLookedAt : kListed));
  add(path, use);
}

bool Auditor::is_declared(const std::string& path, bool lists) const {
  // A directory on the way to something is there, but not all that the host has in it.
  const auto is_on_the_way = [&](const std::string& place) {
    return !lists && is_below(place, path);
  };
  return is_below_any(path, *plan_.declared) || is_below_any(path, kSystemDirectories) ||
         std::ranges::any_of(*plan_.declared, is_on_the_way) ||
         std::ranges::any_of(plan_.places, is_on_the_way) || matches_any(plan_.outputs, path);
}

void Auditor::add(const std::string& path, std::uint8_t use) {
  const auto known = paths_.find(path);
  // What it has written itself it may read.
  if (known != paths_.end()) {
    if ((known->second & kWritten) != 0) use &= kWritten | kExecuted | kRenamed | kIsDirectory;
    known->second |= use;
    return;
  }
  if (paths_.size() == kMostPaths) {
    ++audit_.more_paths;
    return;
  }
  if (is_below_any(path, plan_.views) && !is_below_any(path, plan_.shared)) use |= kInOwnView;
  paths_.emplace(path, use);
}

void Auditor::refuse(const std::string& path) { add_name(audit_.refused, path, kMostRefused); }

Audit Auditor::take() {
  audit_.is_declared = plan_.declared.has_value();
  for (auto& [path, uses] : paths_) audit_.paths.push_back({path, uses});
  return std::move(audit_);
}

}  // namespace cloister
