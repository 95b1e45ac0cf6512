#include "framework/run/run.h"

#include <utility>

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

}  // namespace

std::optional<GuestCall> run_tasks(Host& host, WatchOptions options, CellSource& source,
                                   EventSink& sink, Outbox& outbox) {
  auto made = host.want
                  ? std::unexpected(*host.want)
                  : Watch::make(std::move(host.builder), std::move(options), source, sink, outbox);
  if (made) {
    // In a guest it is not there, and so never destroyed. A leak checker finds it by this pointer.
    static Watch* watch = nullptr;
    watch = made->release();
    if (auto guest = watch->run()) return guest;
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
