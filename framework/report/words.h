// What happened to a guest, in words that are true for a test and a command alike. Every adapter
// uses them and adds what to do about it in its own terms.
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

// Limits that the cell ran into but that did not end it, a sentence each. `option` maps a setting
// to its option: "memory" -> "--cloister_memory".
std::vector<std::string> limit_notes(const CellReport& report,
                                     std::string (*option)(std::string_view setting));

// Why what the guest wrote could not be put in place, which makes it fail; empty if it is in place.
std::string put_failure_words(const CellReport& report,
                              std::string (*option)(std::string_view setting));

// The end of what the services of the cell printed, in lines below a heading; "" if they printed
// nothing.
std::string services_text(const CellReport& report);

// Text from a guest as one line for a terminal. Writes what is not printable ASCII or well-formed
// UTF-8 as "\n" or "\x1b".
std::string printable(std::string_view text);

// "'/a', '/b'"
std::string printable_list(const std::vector<std::string>& names);

// "created '/a' (5 bytes), deleted '/b', and 3 more"; empty if nothing was changed.
std::string changes_text(const ChangedFiles& files);

// What an audit has seen, as properties of a report: "cloister_read" and the like, each a list of
// names separated by commas. Empty if there was no audit.
std::vector<std::pair<std::string, std::string>> audit_properties(const Audit& audit);

// What an audit knows that may have made the test fail, a sentence each. `name_of` names the other
// test.
std::vector<std::string> audit_notes(const CellReport& report,
                                     const std::function<std::string(std::uint32_t)>& name_of,
                                     std::string (*option)(std::string_view setting));

// For two tests that changed the same file while both ran: the cell `id` and the other of the
// conflict. `name_of` gives the name of a cell's test.
std::string collision_words(std::uint32_t id, const FileConflict& conflict,
                            const std::function<std::string(std::uint32_t)>& name_of);

// "mount /proc"
const char* cost_name(Cost cost);

// What was left in the cell, a phrase per kind: "1 process: 3 'sleep 1000'". Files in private
// directories other than /dev/shm are common and go with the cell; `with_files` includes them.
std::vector<std::string> leftovers_text(const CellReport& report, bool with_files);
// " in a cell that 3 tests shared": goes on after what happened there. Empty for a cell of one.
std::string sharing_text(const CellReport& report);
// Why a guest that ended well fails because of leftovers, and how to fix it; empty if it does not.
std::string leak_words(const CellReport& report, const std::string& name, std::string_view option);

}  // namespace cloister
