#include "framework/launch/cell_builder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <ranges>

#include "framework/kernel/limits.h"
#include "framework/launch/network_witness.h"
#include "framework/plan/encode.h"
#include "framework/protocol/message.h"
#include "framework/syscalls/close_others.h"
#include "framework/wire/bytes.h"

extern "C" {
extern const char cloister_builder_begin[];
extern const char cloister_builder_end[];
}

namespace cloister {
namespace {

constexpr unsigned kMfdExec = 0x10;  // MFD_EXEC, Linux 6.3; unknown to older headers and kernels
// What the builder likes to have: three descriptors for each of its cells, and a stack for the
// records of one.
constexpr rlim_t kDescriptors = 3 * 4096 + 64;
constexpr rlim_t kStack = rlim_t{256} << 10;
constexpr const char* kNoMemoryCure = "raise the limit on its address space (ulimit -v)";
constexpr const char* kNoExecCure =
    "allow executable memory files (sysctl vm.memfd_noexec=0) and mount /proc";

rlim_t builder_size() { return static_cast<rlim_t>(cloister_builder_end - cloister_builder_begin); }

// The embedded executable as a file that exists only in memory.
Result<Fd> builder_file() {
  Fd file(::memfd_create("cell-builder", MFD_CLOEXEC | kMfdExec));
  if (!file.open() && errno == EINVAL) file.reset(::memfd_create("cell-builder", MFD_CLOEXEC));
  if (!file.open()) return failed("make a memory file for the cell builder", kNoExecCure);
  // A limit on files holds for those in memory, too, and ends who writes beyond it: setrlimit(2).
  const RaisedLimit limit(RLIMIT_FSIZE, builder_size());
  const char* from = cloister_builder_begin;
  while (from < cloister_builder_end) {
    const ssize_t written =
        ::write(file.get(), from, static_cast<std::size_t>(cloister_builder_end - from));
    if (written <= 0) return failed("fill the memory file of the cell builder");
    from += written;
  }
  return file;
}

// The files of a process in /proc are its own only while it may be dumped: proc(5). One that keeps
// secrets has given that up, and has it back as soon as this ends, as do all its forks.
class Dumpable {
 public:
  Dumpable() : before_(::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0)) {
    ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
  }
  Dumpable(const Dumpable&) = delete;
  Dumpable& operator=(const Dumpable&) = delete;
  // 2 cannot be set: prctl(2). It was the kernel's doing, and 0 is what is left of it.
  ~Dumpable() { ::prctl(PR_SET_DUMPABLE, before_ == 1 ? 1 : 0, 0, 0, 0); }

 private:
  int before_;
};

// setgroups must be denied before the gid_map: user_namespaces(7).
Result<void> enter_user_namespace(std::string_view uids, std::string_view gids) {
  const Dumpable own_files;
  if (::unshare(CLONE_NEWUSER) != 0) return failed("make a user namespace for the run");
  const std::pair<const char*, std::string_view> files[] = {
      {"/proc/self/setgroups", "deny"}, {"/proc/self/uid_map", uids}, {"/proc/self/gid_map", gids}};
  for (const auto& [file, content] : files) {
    if (auto written = write_file(file, std::string(content)); !written) return written;
  }
  return {};
}

// The socket on descriptor 3, nothing else but /dev/null, and the builder's image. Where that
// cannot be executed, the process still is what the builder would be to its child: a parent that
// waits for it.
[[noreturn]] void become_builder(int file, int socket, pid_t run, Rights rights) {
  raise_limit(RLIMIT_NOFILE, kDescriptors);
  raise_limit(RLIMIT_STACK, kStack);
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  const int high_socket = ::fcntl(socket, F_DUPFD, 10);
  const int high_file = ::fcntl(file, F_DUPFD_CLOEXEC, 10);
  for (int fd = 0; fd < 3; ++fd) ::dup2(null, fd);
  const bool ready = high_socket >= 0 && high_file >= 0 && ::dup2(high_socket, 3) == 3;
  ::syscall(SYS_close_range, 4U, ~0U, 4 /* CLOSE_RANGE_CLOEXEC */);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::setsid();
  ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);  // survives the exec: prctl(2)
  char name[] = "cell-builder";
  char pid[16];
  *fmt::format_to(pid, "{}", run) = '\0';
  char* argv[] = {name, pid, nullptr};
  char* envp[] = {nullptr};  // no LD_PRELOAD or other loader settings of the test reach the builder
  // What is not dumpable, as the builder, belongs to the root of the namespace it was executed in:
  // proc(5). Where that cannot be had, nor can the cells' user namespaces.
  // Not by the C library's geteuid(), whose place fakeroot(1) takes.
  const long uid = ::syscall(SYS_geteuid);
  if (rights == Rights::kOfRunNamespace && uid != 0) {
    std::ignore = enter_user_namespace(fmt::format("0 {} 1", uid),
                                       fmt::format("0 {} 1", ::syscall(SYS_getegid)));
  }
  if (ready) {
    ::fexecve(high_file, argv, envp);
    BuilderReply why{};
    why.reply = Reply::kReady;
    why.failure.error = errno;
    ::send(3, &why, sizeof why - why.left.unused(), MSG_NOSIGNAL);
  }
  close_between(3, UINT_MAX);  // whoever waits at the other end of one must not wait for this
  int status = 0;
  while (::waitpid(run, &status, 0) < 0 && errno == EINTR) {
  }
  ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

// Where there is no memory for the new image the kernel kills, and where there is none for its
// table of cells it ends: what is left is a socket without another end.
Error why_not_executed(int number) {
  const std::string doing = "execute the cell builder from memory";
  if (number == 0 || number == EPIPE || number == ECONNRESET)
    return {doing + ": it ended at once", 0, kNoMemoryCure};
  return {doing, number, number == ENOMEM ? kNoMemoryCure : kNoExecCure};
}

}  // namespace

Result<void> CellBuilder::check_limits() {
  const RaisedLimit limit(RLIMIT_FSIZE, builder_size());
  if (limit.is_enough()) return {};
  const rlim_t least = (builder_size() + 1023) / 1024;
  return std::unexpected(Error{
      fmt::format("write the program that makes cells, of {} KiB, to memory: no file may have more "
                  "than {} KiB",
                  least, limit_of(RLIMIT_FSIZE).rlim_cur / 1024),
      0, fmt::format("raise that limit (ulimit -f {})", least)});
}

Result<CellBuilder> CellBuilder::start(Rights rights) {
  if (auto fits = check_limits(); !fits) return std::unexpected(fits.error());
  auto file = builder_file();
  if (!file) return std::unexpected(file.error());
  auto pair = make_socket_pair(SOCK_SEQPACKET);
  if (!pair) return std::unexpected(pair.error());
  const pid_t run = ::fork();
  if (run < 0) return failed("fork the process that runs the cells");
  if (run > 0) become_builder(file->get(), pair->theirs.get(), run, rights);
  pair->theirs.reset();
  auto words = make_unforked<BuilderReply>();
  if (words == nullptr)
    return failed("map memory for the words of the cell builder", kNoMemoryCure);
  CellBuilder builder(std::move(pair->ours), std::move(words), rights);
  // An empty request tells whether it lives.
  if (auto lives = builder.own_cgroups({}); !lives)
    return std::unexpected(why_not_executed(lives.error().number));
  // Should the builder die, nobody is left to clean up after this process: prctl(2).
  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  return builder;
}

Result<void> CellBuilder::own_cgroups(std::span<const CgroupBase> bases) {
  ByteWriter payload;
  const auto has_directory = [](const CgroupBase& base) { return !base.on_demand; };
  payload.number(static_cast<std::uint32_t>(std::ranges::count_if(bases, has_directory)));
  for (const CgroupBase& base : bases | std::views::filter(has_directory)) {
    for (const std::string& text : {base.run_directory, base.group, base.disable_at_end, base.leaf})
      payload.text(text);
  }
  if (auto sent = send({Request::kOwnCgroups}, payload.bytes()); !sent) return sent;
  auto answer = wait_for_news();
  if (!answer) return std::unexpected(answer.error());
  const InsideReply& failure = answer->words.failure;
  if (failure.error != 0) return std::unexpected(Error{failure.doing, failure.error, ""});
  return {};
}

// Only runs that lend networks have it: it stays around this process and its guests.
Result<void> CellBuilder::send_witness() {
  auto listener = watch_ways_to_networks();
  if (!listener) return std::unexpected(listener.error());
  auto sent = send({Request::kWitness}, "", std::move(*listener));
  has_witness_ = sent.has_value();
  return sent;
}

Result<void> CellBuilder::build(std::uint32_t cell, pid_t guest_pid, const SharedPlan& plan,
                                std::uint32_t within) {
  if (plan->inside.lent_network != LentNetwork::kNone && !has_witness_) {
    if (auto sent = send_witness(); !sent) return sent;
  }
  if (plan != encoded_plan_) {
    encoded_ = encode(plan->inside, rights_ == Rights::kOfRunNamespace);
    encoded_plan_ = plan;
  }
  return send({Request::kBuild, cell, guest_pid, within}, encoded_);
}

Result<void> CellBuilder::dismantle(std::uint32_t cell) {
  return send({Request::kDismantle, cell}, "");
}

Result<void> CellBuilder::send(const RequestHead& head, std::string_view payload, Fd descriptor) {
  if (sizeof head + payload.size() > kLongestRequest) {
    return std::unexpected(Error{"send a plan to the cell builder", EMSGSIZE, "shorten its paths"});
  }
  std::string whole(reinterpret_cast<const char*>(&head), sizeof head);
  whole += payload;
  if (kept_.empty()) {
    const auto sent = try_to_send(whole, descriptor.get());
    if (!sent) return std::unexpected(sent.error());
    if (*sent) return {};
  }
  kept_.push_back({std::move(whole), std::move(descriptor)});
  return {};
}

Result<bool> CellBuilder::try_to_send(std::string_view request, int descriptor) {
  iovec data{const_cast<char*>(request.data()), request.size()};
  Message message(&data, 1);
  message.attach(descriptor);
  while (::sendmsg(socket_.get(), message.head(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
    if (errno == EINTR) continue;
    if (errno == EAGAIN) return false;
    return failed("send a request to the cell builder");
  }
  return true;
}

Result<void> CellBuilder::send_kept() {
  while (!kept_.empty()) {
    const auto sent = try_to_send(kept_.front().request, kept_.front().descriptor.get());
    if (!sent) return std::unexpected(sent.error());
    if (!*sent) return {};
    kept_.pop_front();
  }
  return {};
}

Result<std::optional<BuilderNews>> CellBuilder::news() {
  iovec data{words_.get(), sizeof *words_};
  Message message(&data, 1);
  message.make_room();
  const ssize_t got = ::recvmsg(socket_.get(), message.head(), MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
  if (got < 0) return failed("hear from the cell builder");
  const std::size_t least = sizeof *words_ - kNamesKept;
  if (got < static_cast<ssize_t>(least) ||
      static_cast<std::size_t>(got) != least + words_->left.names_size) {
    return std::unexpected(Error{"hear from the cell builder: it ended", 0, "start the run again"});
  }
  return std::optional<BuilderNews>(
      BuilderNews{*words_, Fd(message.descriptor()), Fd(message.descriptor(1))});
}

Result<BuilderNews> CellBuilder::wait_for_news() {
  while (true) {
    pollfd wait{socket_.get(), static_cast<short>(kept_.empty() ? POLLIN : POLLIN | POLLOUT), 0};
    ::poll(&wait, 1, -1);
    if (auto sent = send_kept(); !sent) return std::unexpected(sent.error());
    auto next = news();
    if (!next) return std::unexpected(next.error());
    if (*next) return std::move(**next);
  }
}

Result<void> enter_run_namespace(uid_t uid, gid_t gid) {
  return enter_user_namespace(fmt::format("{0} {0} 1", uid), fmt::format("{0} {0} 1", gid));
}

}  // namespace cloister
