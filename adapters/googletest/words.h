// The sentences a user reads when a test did not end well. Golden texts:
// selftests/adapters/googletest.
#pragma once

#include <string>

#include "adapters/googletest/messages.h"
#include "framework/plan/plan.h"

namespace cloister::googletest {

// The message of the one fatal failure that a bad outcome becomes; empty when the outcome is
// Finished.
std::string failure_words(const Record& record, const std::string& full_name);

}  // namespace cloister::googletest
