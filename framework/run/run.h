// A run from its host to its last report, the same for every adapter. An adapter supplies a source
// of tasks, a sink of events, and what a guest does.
#pragma once

#include <optional>

#include "framework/host/probe.h"
#include "framework/options/options.h"
#include "framework/watch/watch.h"

namespace cloister {

// Runs every task of the source. In the calling process it returns nothing, after everything went
// to the sink and the outbox is written. In each guest it returns a GuestCall; there nothing that
// was passed in may be destroyed. If the host has no cells at all (Host::want), or if the loop
// cannot begin, every task ends with that reason. The host can then be used for another run.
std::optional<GuestCall> run_tasks(Host& host, WatchOptions options, CellSource& source,
                                   EventSink& sink, Outbox& outbox);

// As many guests at once as the run was told to have.
WatchOptions at_once(const Options& options, const HostFacts& facts);

}  // namespace cloister
