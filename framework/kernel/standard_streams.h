// Descriptors 0 to 2 of a process whose parent has closed some of them, as supervisors do. The next
// opened file would get such a number, and whoever prints would write to it.
#pragma once

#include "framework/kernel/error.h"

namespace cloister {

// Opens /dev/null for each that is closed: reading finds the end, writing goes nowhere. The others
// stay as they are. Call it before anything else of ours opens a descriptor.
Result<void> fill_standard_streams();

}  // namespace cloister
