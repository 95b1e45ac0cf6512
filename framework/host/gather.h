// What can be read about this host without trying anything.
#pragma once

#include "framework/facts/facts.h"

namespace cloister {

// Who runs this, and which paths a private tmpfs must not hide. Changes nothing.
HostFacts gather_facts();

}  // namespace cloister
