#include "adapters/googletest/inbox.h"

#include <errno.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "adapters/googletest/interruption.h"
#include "framework/builder/protocol.h"
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

// Takes one report; false when there will be no more.
bool Inbox::receive() {
  if (ended_ || !link_.socket.open()) return false;
  if (!is_heard()) {
    gave_up_ = true;
    ::kill(link_.pid, kGiveUpRun);
  }
  if (const auto bytes = read_message(link_.socket)) {
    if (auto report = decode_report(*bytes)) {
      const TestId id = report->id;
      records_[id] = std::make_shared<Record>(make_record(std::move(*report)));
    }
    return true;
  }
  ended_ = true;  // a signal handler may still use the socket
  int status = 0;
  while (::waitpid(link_.pid, &status, 0) < 0 && errno == EINTR) {
  }
  link_.pid = -1;
  link_.failure = death_words(status);
  return false;
}

// False when an interrupted run has been silent for too long. ThreadSanitizer has signals handled
// while this waits; those that come in a read wait for its end, and an interruption would wait for
// a test's.
bool Inbox::is_heard() const {
  pollfd readable{link_.socket.get(), POLLIN, 0};
  for (auto silent = kMostSilence; ::poll(&readable, 1, kLookMs) <= 0;) {
    if (Interruption::came() && --silent <= std::chrono::seconds(0)) return false;
  }
  return true;
}

void Inbox::close() {
  link_.socket.reset();
  while (link_.pid > 0 && ::waitpid(link_.pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  link_.pid = -1;
  records_.clear();
}

}  // namespace cloister::googletest
