// What became of a guest, in words that are true for a test and a command alike. Used by every
// adapter, which adds what to do about it in its own terms.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <cloister/report.h>

namespace cloister {

// "SIGSEGV (Segmentation fault)"
std::string signal_text(int number);

// "was killed by SIGSEGV (Segmentation fault)": goes on after the name of what ran.
std::string ending_text(const CellReport& report);

// Limits that the cell ran into without ending by them, a sentence each. `option` names the option
// of a setting: "memory" -> "--cloister_memory".
std::vector<std::string> limit_notes(const CellReport& report,
                                     std::string (*option)(std::string_view setting));

}  // namespace cloister
