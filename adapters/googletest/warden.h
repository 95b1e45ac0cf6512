// The warden: forked from the keeper inside GoogleTest's own loop, so that every guest it forks
// continues GoogleTest at the right place. Makes a cell per test, watches them, sends reports to
// the keeper.
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

// The keeper's end. `failure` is not empty if there is no warden.
struct WardenLink {
  pid_t pid = -1;
  Fd socket;
  std::string failure;
};

struct WardenOrders {
  const Options& options;
  const Registry& registry;
  std::vector<TestId> tests;    // in starting order
  bool announce_losses = true;  // say on stderr what this host lacks
  bool sets_up_environments = false;
  int results = -1;  // a descriptor of the keeper's own, closed in tests
};

// Forks. Returns in the keeper with a link, and in each guest with its GuestCall. Never returns in
// the warden itself, which first calls `in_warden`.
std::variant<WardenLink, GuestCall> start_warden(const WardenOrders& orders, void (*in_warden)());

// The file that was read, and the plans of `--cloister_explain`.
std::string configuration_text(const Options& options);
std::string explain_tests(const WardenOrders& orders);

}  // namespace cloister::googletest
