// What became of a guest, in words that are true for a test and a command alike. Used by every
// adapter, which adds what to do about it in its own terms.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <cloister/report.h>

#include "framework/wire/timing.h"

namespace cloister {

// "SIGSEGV (Segmentation fault)"
std::string signal_text(int number);

// "NAME has been running for 1 min (deadline 10 min)"
std::string slow_words(const std::string& name, std::chrono::milliseconds notice_after,
                       std::chrono::milliseconds deadline);

// Limits that the cell ran into without ending by them, a sentence each. `option` names the option
// of a setting: "memory" -> "--cloister_memory".
std::vector<std::string> limit_notes(const CellReport& report,
                                     std::string (*option)(std::string_view setting));

// Why what the guest wrote is not where it means it to be, which fails it; empty where it is.
std::string put_failure_words(const CellReport& report,
                              std::string (*option)(std::string_view setting));

// Text from a guest as one line for a terminal: what is not printable ASCII or well-formed UTF-8 is
// written as "\n" or "\x1b".
std::string printable(std::string_view text);

// "'/a', '/b'"
std::string printable_list(const std::vector<std::string>& names);

// "created '/a' (5 bytes), deleted '/b', and 3 more"; empty where nothing was changed.
std::string changes_text(const ChangedFiles& files);

// What an audit has seen, as properties of a report: "cloister_read" and its like, each with names
// that commas separate. Empty where there was none.
std::vector<std::pair<std::string, std::string>> audit_properties(const Audit& audit);

// What an audit knows that may have made the test fail: a sentence each. `name_of` names the other
// test.
std::vector<std::string> audit_notes(const CellReport& report,
                                     const std::function<std::string(std::uint32_t)>& name_of,
                                     std::string (*option)(std::string_view setting));

// Of two tests that changed the same file while both ran: the cell `id` and the other of the
// conflict. `name_of` gives the name of a cell's test.
std::string collision_words(std::uint32_t id, const FileConflict& conflict,
                            const std::function<std::string(std::uint32_t)>& name_of);

// "mount /proc"
const char* cost_name(Cost cost);

// What was left in the cell, a phrase per kind: "1 process: 3 'sleep 1000'". Files in private
// directories but /dev/shm are common and go with the cell; `with_files` has them, too.
std::vector<std::string> leftovers_text(const CellReport& report, bool with_files);
// Why a guest that ended well fails, and how to mend it; empty when it does not.
std::string leak_words(const CellReport& report, const std::string& name, std::string_view option);

}  // namespace cloister
