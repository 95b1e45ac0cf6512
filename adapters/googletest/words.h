// The sentences a user reads when a test did not end well. Golden texts:
// selftests/adapters/googletest.
#pragma once

#include <string>
#include <vector>

#include "adapters/googletest/messages.h"
#include "adapters/googletest/registry.h"
#include "framework/plan/plan.h"

namespace cloister::googletest {

// The message of the one fatal failure that a bad outcome becomes; empty when the outcome is
// Finished.
std::string failure_words(const Record& record, const std::string& full_name);

// The caps that a test ran into without being ended by them, a phrase each: worth a word however it
// ended.
std::vector<std::string> limit_notes(const Record& record);
// How long the CPU cap held the test up, for one that did not end well. Empty when it did not.
std::string throttled_note(const Record& record);
// What an audit knows of why it failed.
std::vector<std::string> audit_notes(const Registry& registry, const CellReport& report);
// Why what it wrote is not where it means it to be; empty where it is.
std::string put_failure_words(const Record& record);
// Of a test and another that changed the same file while both ran.
std::string conflict_words(const Registry& registry, TestId id, const FileConflict& conflict);

}  // namespace cloister::googletest
