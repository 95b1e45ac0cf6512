#include "adapters/googletest/inbox.h"

#include <errno.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <utility>

#include "adapters/googletest/interruption.h"
#include "framework/protocol/protocol.h"
#include "framework/report/encode.h"

namespace cloister::googletest {
namespace {

constexpr int kLookMs = 1000;

// The keeper's child is the builder, which ends as the warden has ended: CellBuilder::start.
std::string death_words(int status) {
  constexpr std::string_view kBefore = "before this test was reported";
  if (WIFSIGNALED(status)) {
    return fmt::format("the cell builder was killed by SIG{} {}", sigabbrev_np(WTERMSIG(status)),
                       kBefore);
  }
  if (WEXITSTATUS(status) > 128) {
    return fmt::format("the warden was killed by SIG{} {}", sigabbrev_np(WEXITSTATUS(status) - 128),
                       kBefore);
  }
  return fmt::format("the warden ended with status {} {}", WEXITSTATUS(status), kBefore);
}

}  // namespace

RecordPtr Inbox::wait_for(TestId id) {
  while (true) {
    if (RecordPtr found = find(id)) return found;
    if (!receive()) return nullptr;
  }
}

RecordPtr Inbox::give_up(TestId id) {
  CellReport report;
  report.id = id;
  report.outcome = SetupFailed{link_.failure};
  return records_[id] = std::make_shared<Record>(make_record(std::move(report)));
}

void Inbox::take_all() {
  while (receive()) {
  }
}

RecordPtr Inbox::find(TestId id) const {
  const auto found = records_.find(id);
  return found == records_.end() ? nullptr : found->second;
}

// Takes one report; false when there will be no more. Whoever writes it may be stopped in the
// middle of it, and what should end may not.
bool Inbox::receive() {
  if (ended_ || !link_.socket.open()) return false;
  silent_since_ = Clock::now();
  for (bool more = true; more;) {
    if (const auto bytes = reader_.take()) {
      keep(*bytes);
      return true;
    }
    wait_for_words();
    more = reader_.read(link_.socket) || reader_.has_whole();
  }
  ended_ = true;  // a signal handler may still use the socket
  link_.failure = death_words(wait_for_end());
  return false;
}

void Inbox::keep(std::string_view bytes) {
  auto report = decode_report(bytes);
  if (!report) return;
  const TestId id = report->id;
  records_[id] = std::make_shared<Record>(make_record(std::move(*report)));
}

// Once an interrupted run has been silent for too long, it is told to end; then its builder is
// killed, with which all of it dies. ThreadSanitizer has signals handled while this waits; those
// that come in a read wait for its end, and an interruption would wait for a test's.
void Inbox::wait_for_words() {
  pollfd readable{link_.socket.get(), POLLIN, 0};
  while (::poll(&readable, 1, kLookMs) <= 0) {
    const auto now = Clock::now();
    if (!Interruption::came()) silent_since_ = now;
    const auto silent = now - silent_since_;
    if (silent >= kMostSilence && !std::exchange(gave_up_, true)) ::kill(link_.pid, kGiveUpRun);
    if (silent >= kMostSilence + kLastWords) ::kill(link_.pid, SIGKILL);
  }
}

// Of the builder, which ends as the warden did: the status of wait(2). One that does not end is
// killed, and one that does not die is left.
int Inbox::wait_for_end() {
  int status = 0;
  const Fd process(static_cast<int>(::syscall(SYS_pidfd_open, link_.pid, 0)));
  pollfd ended{process.get(), POLLIN, 0};
  bool killed = false;
  for (auto end = Clock::now() + kMostSilence; link_.pid > 0;) {
    const pid_t got = ::waitpid(link_.pid, &status, WNOHANG);
    if (got > 0 || (got < 0 && errno != EINTR)) break;
    // Without a descriptor of it, as where a filter refuses them, there is nothing to wait for.
    ::poll(&ended, 1, process.open() ? kLookMs : 1);
    if (Clock::now() < end) continue;
    if (std::exchange(killed, true)) break;
    ::kill(link_.pid, SIGKILL);
    end = Clock::now() + kLastWords;
  }
  link_.pid = -1;
  return status;
}

void Inbox::close() {
  link_.socket.reset();
  wait_for_end();
  records_.clear();
}

}  // namespace cloister::googletest
