// A run from its host to its last report, the same for every adapter. An adapter supplies a source
// of tasks, a sink of events, and what a guest does.
#pragma once

#include <optional>
#include <vector>

#include "framework/host/probe.h"
#include "framework/options/options.h"
#include "framework/watch/watch.h"

namespace cloister {

// Runs every task of the source. In the calling process it returns nothing, after everything went
// to the sink and the outbox is written. In each guest it returns a GuestCall; there nothing that
// was passed in may be destroyed. If the host has no cells at all (Host::want), or if the loop
// cannot begin, every task ends with that reason. The host can then be used for another run.
// `services` are those of its tests; those that are started once for the run are started first. If
// one does not become ready, every task ends with that reason.
std::optional<GuestCall> run_tasks(Host& host, WatchOptions options, CellSource& source,
                                   EventSink& sink, Outbox& outbox,
                                   const std::vector<SharedService>& services = {});

// As many guests at once as the run was told to have.
WatchOptions at_once(const Options& options, const HostFacts& facts);

}  // namespace cloister
