// The warden: forked from the keeper inside GoogleTest's own loop, so that every guest it forks
// finds GoogleTest just where it has to go on. Makes a cell per test, watches them, sends reports
// to the keeper.
#pragma once

#include <sys/types.h>

#include <string>
#include <variant>
#include <vector>

#include "adapters/googletest/registry.h"
#include "framework/kernel/fd.h"
#include "framework/options/options.h"
#include "framework/watch/watch.h"

namespace cloister::googletest {

// The keeper's end. `failure` is not empty when there is no warden.
struct WardenLink {
  pid_t pid = -1;
  Fd socket;
  std::string failure;
};

struct WardenOrders {
  const Options& options;
  const Registry& registry;
  std::vector<TestId> tests;    // in the order to start them
  bool announce_losses = true;  // say on stderr what this host lacks
  int results = -1;             // a descriptor of the keeper's own, which is no test's
};

// Forks. Returns in the keeper with a link, and in each guest with its GuestCall; in the warden
// itself, after `in_warden` has been called, never.
std::variant<WardenLink, GuestCall> start_warden(const WardenOrders& orders, void (*in_warden)());

// The file that was read, and the plans of `--cloister_explain`.
std::string configuration_text(const Options& options);
std::string explain_tests(const WardenOrders& orders);

}  // namespace cloister::googletest
