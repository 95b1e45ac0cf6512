// What a test used, as properties of its result: in XML and JSON with --cloister_ledger.
#pragma once

#include "adapters/googletest/messages.h"

namespace cloister::googletest {

// Adds one property per quantity to the test that GoogleTest is running. Times are in microseconds.
void record_ledger(const Record& record);

}  // namespace cloister::googletest
