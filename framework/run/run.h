// A run from its host to its last report, as every adapter has it. An adapter gives a source of
// tasks, a sink of events, and what a guest does.
#pragma once

#include <optional>

#include "framework/host/probe.h"
#include "framework/watch/watch.h"

namespace cloister {

// Runs every task of the source. In the process that calls it nothing comes back, when all is told
// to the sink and the outbox is written; in each guest a GuestCall does, and nothing that this was
// given may be destroyed there. Where the host has no cells at all (Host::want), and where the loop
// cannot begin, every task ends with that reason. The host can then be used for another run.
std::optional<GuestCall> run_tasks(Host& host, WatchOptions options, CellSource& source,
                                   EventSink& sink, Outbox& outbox);

}  // namespace cloister
