#include "framework/services/start.h"

#include <errno.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <utility>

#include "framework/kernel/shortage.h"
#include "framework/kernel/single_threaded_fork.h"
#include "framework/services/start_message.h"
#include "framework/services/supervisor.h"

namespace cloister {
namespace {

// What the supervisor says.
Result<void> hear(const Fd& words) {
  char message[32 * 1024];  // the end of a log, and what it is about
  ssize_t got = 0;
  while ((got = ::recv(words.get(), message, sizeof message, 0)) < 0 && errno == EINTR) {
  }
  if (got > 0) return decode_started({message, static_cast<std::size_t>(got)});
  return std::unexpected(Error{fmt::format("start services: '{}' ended", kServiceSupervisor), 0,
                               "look for what kills processes here"});
}

void wait_for(pid_t pid) {
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace

Result<void> start_in_cell(std::span<const SharedService> services,
                           const std::function<bool(ServicePer)>& is_due, ServiceLog& log) {
  std::vector<SharedService> due;
  for (const SharedService& service : services) {
    for (const auto& [name, value] : service->env) ::setenv(name.c_str(), value.c_str(), 1);
    if (is_due(service->per)) due.push_back(service);
  }
  if (due.empty()) return {};
  auto words = make_socket_pair(SOCK_SEQPACKET);
  if (!words) return std::unexpected(words.error());
  const Fd own(static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0)));
  if (!own.open()) return failed("watch the guest that services are for");
  // Through a process that ends at once: the supervisor is no child of the test's.
  const pid_t between = single_threaded_fork();
  if (between == 0) {
    if (single_threaded_fork() == 0) {
      live_as_supervisor(
          {.services = due, .log = log, .words = words->theirs.get(), .over = own.get()});
    }
    ::_exit(0);
  }
  if (between < 0) return failed("fork what starts services", shortage_cure(errno));
  words->theirs.reset();
  wait_for(between);
  return hear(words->ours);
}

Result<RunServices> RunServices::start(const std::vector<SharedService>& services) {
  RunServices started;
  if (services.empty()) return started;
  auto words = make_socket_pair(SOCK_SEQPACKET);
  if (!words) return std::unexpected(words.error());
  started.supervisor_ = single_threaded_fork();
  if (started.supervisor_ == 0) {
    live_as_supervisor({.services = services,
                        .log = *new ServiceLog,
                        .words = words->theirs.get(),
                        .over = words->theirs.get(),
                        .is_orderly = true});
  }
  if (started.supervisor_ < 0) return failed("fork what starts services", shortage_cure(errno));
  started.words_ = std::move(words->ours);
  words->theirs.reset();
  if (auto ready = hear(started.words_); !ready) return std::unexpected(ready.error());
  return started;
}

void RunServices::stop() {
  if (!words_.open()) return;
  words_.reset();  // which is the end of the other one
  wait_for(supervisor_);
}

void RunServices::forget() { words_.release(); }

}  // namespace cloister
