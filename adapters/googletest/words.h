// The sentences that a user reads when a test did not end well. Golden texts:
// selftests/adapters/googletest.
#pragma once

#include <string>
#include <vector>

#include "adapters/googletest/messages.h"
#include "adapters/googletest/registry.h"
#include "framework/plan/plan.h"

namespace cloister::googletest {

// The message of the one fatal failure that a bad outcome becomes; empty if the outcome is
// Finished.
std::string failure_words(const Record& record, const std::string& full_name);

// The caps that a test ran into but that did not end it, a phrase each. Shown however it ended.
std::vector<std::string> limit_notes(const Record& record);
// How long the CPU cap delayed the test, if it did not end well. Empty if the cap did not.
std::string throttled_note(const Record& record);
// What an audit knows about why it failed.
std::vector<std::string> audit_notes(const Registry& registry, const CellReport& report);
// Why what it wrote could not be put in place; empty if it is in place.
std::string put_failure_words(const Record& record);
// For a test and another that changed the same file while both ran.
std::string conflict_words(const Registry& registry, TestId id, const FileConflict& conflict);

}  // namespace cloister::googletest
