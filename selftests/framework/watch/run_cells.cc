#include "selftests/framework/watch/run_cells.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "framework/host/plan_here.h"
#include "framework/kernel/single_threaded_fork.h"
#include "framework/report/encode.h"
#include "framework/run/run.h"

namespace cloister {
namespace {

class Guests final : public CellSource {
 public:
  Guests(const std::vector<FunctionGuest>& guests, const HostFacts& facts)
      : guests_(guests), facts_(facts) {}
  NextTask next() override {
    if (next_ == guests_.size()) return NoMore{};
    const auto id = static_cast<std::uint32_t>(next_++);
    return CellTask{id, shared(plan_here({.config = guests_[id].config}, facts_))};
  }

 private:
  const std::vector<FunctionGuest>& guests_;
  const HostFacts& facts_;
  std::size_t next_ = 0;
};

class ToTest final : public EventSink {
 public:
  ToTest(Outbox& outbox, const WatchedSo& so) : outbox_(outbox), so_(so) {}
  void take(RunEvent&& event) override {
    if (const auto* start = std::get_if<GuestStartEvent>(&event.what)) so_.started(start->guest);
    if (const auto* end = std::get_if<CellEndEvent>(&event.what)) outbox_.put(encode(end->report));
  }

 private:
  Outbox& outbox_;
  const WatchedSo& so_;
};

// A process of its own for the watch loop: making cells changes it for good.
[[noreturn]] void watch(const std::vector<FunctionGuest>& guests, const WatchedSo& so, Fd socket) {
  auto* outbox = new Outbox(std::move(socket));
  auto* host = new Host(open_host());
  auto* source = new Guests(guests, host->facts);
  auto* sink = new ToTest(*outbox, so);
  so.before();
  WatchOptions options{.jobs = so.jobs, .load = so.load, .patience = so.patience};
  if (auto guest = run_tasks(*host, std::move(options), *source, *sink, *outbox)) {
    guests[guest->task].body(guest->side);
    guest->side.finish();
    _exit(0);
  }
  so.after();
  host->builder.reset();
  _exit(0);
}

}  // namespace

std::map<std::uint32_t, CellReport> run_cells(const std::vector<FunctionGuest>& guests, int jobs) {
  return run_cells(guests, WatchedSo{.jobs = jobs});
}

std::map<std::uint32_t, CellReport> run_cells(const std::vector<FunctionGuest>& guests,
                                              const WatchedSo& so) {
  auto pair = make_socket_pair(SOCK_STREAM);
  const pid_t watcher = single_threaded_fork();
  if (watcher == 0) {
    pair->ours.reset();
    watch(guests, so, std::move(pair->theirs));
  }
  pair->theirs.reset();
  std::map<std::uint32_t, CellReport> reports;
  while (const auto bytes = read_message(pair->ours)) {
    if (auto report = decode_report(*bytes)) reports[report->id] = std::move(*report);
  }
  int status = 0;
  waitpid(watcher, &status, 0);
  EXPECT_EQ(status, 0) << "the watching process";
  EXPECT_EQ(reports.size(), guests.size());
  return reports;
}

CellReport run_cell(const CellConfig& config, std::function<void(GuestSide&)> body) {
  return run_cells({{config, std::move(body)}}, 1)[0];
}

}  // namespace cloister
