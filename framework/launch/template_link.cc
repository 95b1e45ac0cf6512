#include "framework/launch/template_link.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>

#include "framework/protocol/message.h"

namespace cloister {

Result<std::vector<Fd>> open_namespaces(const CellPlan& plan, pid_t init) {
  constexpr std::pair<std::uint64_t, const char*> kNamespaces[] = {{CLONE_NEWPID, "pid"},
                                                                   {CLONE_NEWNS, "mnt"},
                                                                   {CLONE_NEWNET, "net"},
                                                                   {CLONE_NEWIPC, "ipc"},
                                                                   {CLONE_NEWUTS, "uts"}};
  std::vector<Fd> opened;
  for (const auto& [flag, name] : kNamespaces) {
    if ((plan.inside.namespaces & flag) == 0) continue;
    Fd fd(::open(fmt::format("/proc/{}/ns/{}", init, name).c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd.open()) return failed(fmt::format("open the {} namespace of a cell", name));
    opened.push_back(std::move(fd));
  }
  return opened;
}

Result<SocketPair> make_template_sockets() {
  auto pair = make_socket_pair(SOCK_SEQPACKET);
  if (!pair) return std::unexpected(pair.error());
  // The pid of a fork is known to itself alone: the kernel tells it, unix(7).
  const int yes = 1;
  if (::setsockopt(pair->ours.get(), SOL_SOCKET, SO_PASSCRED, &yes, sizeof yes) != 0)
    return failed("ask for the pids of the forks of a template");
  return pair;
}

Result<void> TemplateLink::fork(const ForkNeeds& needs) {
  ForkOrder order{.order = TemplateOrder::kFork,
                  .cell = needs.cell,
                  .task = needs.task,
                  .outputs = static_cast<std::uint32_t>(needs.outputs.size()),
                  .namespaces = static_cast<std::uint32_t>(needs.namespaces.size()),
                  .cgroups = static_cast<std::uint32_t>(needs.cgroups.size())};
  iovec data{&order, sizeof order};
  Message message(&data, 1);
  message.attach(needs.page);
  message.attach(needs.event);
  for (const int fd : needs.outputs) message.attach(fd);
  for (const Fd& fd : needs.namespaces) message.attach(fd.get());
  for (const Fd& fd : needs.cgroups) message.attach(fd.get());
  if (::sendmsg(socket_.get(), message.head(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
    return failed("tell a template to fork a guest");
  return {};
}

void TemplateLink::go_on() {
  const ForkOrder order{.order = TemplateOrder::kTearDown};
  ::send(socket_.get(), &order, sizeof order, MSG_NOSIGNAL | MSG_DONTWAIT);
}

std::optional<TemplateSays> TemplateLink::hear() {
  TemplateSays says;
  iovec data{&says.word, sizeof says.word};
  // Room for credentials and nothing else: no descriptor comes from a guest.
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(ucred))];
  msghdr head{};
  head.msg_iov = &data;
  head.msg_iovlen = 1;
  head.msg_control = control;
  head.msg_controllen = sizeof control;
  const ssize_t got = ::recvmsg(socket_.get(), &head, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
  if (got != static_cast<ssize_t>(sizeof says.word)) {
    socket_.reset();  // nobody of ours says less
    return std::nullopt;
  }
  says.word.words[kTemplateWords - 1] = '\0';
  const cmsghdr* from = CMSG_FIRSTHDR(&head);
  if (from != nullptr && from->cmsg_type == SCM_CREDENTIALS) {
    ucred who{};
    ::memcpy(&who, CMSG_DATA(from), sizeof who);
    says.sender = who.pid;
  }
  return says;
}

}  // namespace cloister
