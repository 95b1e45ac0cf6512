// Descriptors 0 to 2 of a process whose parent has closed some of them, as supervisors do. What is
// opened next would get such a number, and be written to by whoever prints.
#pragma once

#include "framework/kernel/error.h"

namespace cloister {

// Makes /dev/null of each that is closed: reading finds the end, writing goes nowhere. The others
// stay as they are. Called before anything else of ours opens a descriptor.
Result<void> fill_standard_streams();

}  // namespace cloister
