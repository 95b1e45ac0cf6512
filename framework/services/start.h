// Services from [[service]] of cloister.toml: docs/SERVICES.md.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "framework/config/service.h"
#include "framework/kernel/error.h"
#include "framework/kernel/fd.h"
#include "framework/protocol/service_log.h"

namespace cloister {

// In a guest, before its tests: sets the variables of all these services, starts those that
// `is_due` picks, and returns when they are ready. They end with the guest. They are no children of
// its.
Result<void> start_in_cell(std::span<const SharedService> services,
                           const std::function<bool(ServicePer)>& is_due, ServiceLog& log);

// The services that are started once for a run. They are told to stop when this ends.
class RunServices {
 public:
  RunServices() = default;
  // Returns when all are ready.
  static Result<RunServices> start(const std::vector<SharedService>& services);
  RunServices(RunServices&&) = default;
  RunServices& operator=(RunServices&&) = default;
  ~RunServices() { stop(); }

  void stop();
  // In a guest: they are not its, and it has closed the descriptor.
  void forget();

 private:
  Fd words_;
  pid_t supervisor_ = -1;
};

}  // namespace cloister
