// The process that has the services of a cell, or of a run, as its children. It starts them one
// after the other, reads what they print, and ends them. Its name is kServiceSupervisor.
#pragma once

#include <span>

#include "framework/config/service.h"
#include "framework/kernel/fd.h"
#include "framework/protocol/service_log.h"
#include "framework/protocol/step_code.h"

namespace cloister {

struct Supervision {
  std::span<const SharedService> services;
  ServiceLog& log;
  int words = -1;           // where it says whether all are ready: start_message.h
  int over = -1;            // readable when they are needed no longer
  bool is_orderly = false;  // they are then told to stop, and not just killed
};

// Becomes it. Every other descriptor is closed.
[[noreturn]] void live_as_supervisor(const Supervision& orders);

}  // namespace cloister
