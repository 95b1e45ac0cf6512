#include "framework/run/run.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "framework/host/file_views.h"
#include "framework/host/needed_paths.h"
#include "framework/services/start.h"
#include "framework/watch/load_meter.h"

namespace cloister {
namespace {

// Every task is told why there is no cell for it.
void refuse_all(const Error& error, CellSource& source, EventSink& sink) {
  NextTask next = source.next();
  for (; const auto* task = std::get_if<CellTask>(&next); next = source.next()) {
    CellReport report;
    report.id = task->id;
    report.outcome = SetupFailed{error.text()};
    sink.take({Clock::now(), CellEndEvent{{.task = task->id}, std::move(report), task->more}});
  }
}

// Cells see their sockets: those that a private /tmp or a view would hide are the host's own there.
Result<RunServices> start_for_run(const std::vector<SharedService>& services, HostFacts& facts) {
  std::vector<SharedService> of_run;
  std::ranges::copy_if(services, std::back_inserter(of_run), [](const SharedService& service) {
    return service->per == ServicePer::kRun;
  });
  auto started = RunServices::start(of_run);
  if (!started) return started;
  for (const SharedService& service : of_run) {
    const std::string& socket = service->ready.unix_socket;
    if (socket.empty()) continue;
    need(facts, socket);
    share_existing(facts.views, way_of(socket));
  }
  return started;
}

}  // namespace

std::optional<GuestCall> run_tasks(Host& host, WatchOptions options, CellSource& source,
                                   EventSink& sink, Outbox& outbox,
                                   const std::vector<SharedService>& services) {
  auto of_run = host.want ? std::unexpected(*host.want) : start_for_run(services, host.facts);
  auto made = of_run
                  ? Watch::make(std::move(host.builder), std::move(options), source, sink, outbox)
                  : std::unexpected(of_run.error());
  if (made) {
    // In a guest it is not there, and so never destroyed. A leak checker finds it by this pointer.
    static Watch* watch = nullptr;
    watch = made->release();
    if (auto guest = watch->run()) {
      of_run->forget();
      return guest;
    }
    host.builder = watch->take_builder();
    delete std::exchange(watch, nullptr);
  } else {
    refuse_all(made.error(), source, sink);
  }
  outbox.flush_all();
  return std::nullopt;
}

WatchOptions at_once(const Options& options, const HostFacts& facts) {
  WatchOptions watch{.jobs = options.jobs > 0 ? options.jobs : processors()};
  if (options.fill_processors) watch.load = LoadMeter(facts);
  return watch;
}

}  // namespace cloister
