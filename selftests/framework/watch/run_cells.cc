#include "selftests/framework/watch/run_cells.h"

#include <unistd.h>

#include "framework/host/plan_here.h"
#include "framework/report/encode.h"
#include "framework/run/run.h"
#include "selftests/framework/watch/hear_warden.h"

namespace cloister {
namespace {
// What the warden has; it is never destroyed in a guest.
struct FunctionRun final : CellSource, EventSink {
  FunctionRun(const std::vector<FunctionGuest>& all, const WardenSettings& how, Fd socket)
      : guests(all), settings(how), outbox(std::move(socket)) {}
  NextTask next() override {
    if (begun == guests.size()) return NoMore{};
    const std::uint32_t id = begun++;
    return CellTask{id, shared(plan_here({.config = guests[id].config}, host.facts))};
  }
  void on(GuestStartEvent&& start) override { settings.started(start.guest); }
  void on(CellEndEvent&& end) override { outbox.put(encode(end.report)); }
  [[noreturn]] void live() {
    settings.before();
    WatchOptions options{settings.jobs, settings.load};
    options.patience = settings.patience;
    if (auto guest = run_tasks(host, options, *this, *this, outbox)) {
      guests[guest->task].body(guest->side);
      guest->side.finish();
    } else {
      settings.after();
      host.builder.reset();
    }
    _exit(0);
  }

  const std::vector<FunctionGuest>& guests;
  const WardenSettings& settings;
  Outbox outbox;
  Host host = open_host();
  std::uint32_t begun = 0;
};
}  // namespace

std::map<std::uint32_t, CellReport> run_cells(const std::vector<FunctionGuest>& guests,
                                              const WardenSettings& settings) {
  auto warden = fork_warden();
  if (warden->pid == 0) (new FunctionRun(guests, settings, std::move(warden->socket)))->live();
  std::map<std::uint32_t, CellReport> reports;
  hear_warden(*warden, [&reports](const std::string& bytes) {
    if (auto report = decode_report(bytes)) reports[report->id] = std::move(*report);
  });
  EXPECT_EQ(reports.size(), guests.size());
  return reports;
}

}  // namespace cloister
