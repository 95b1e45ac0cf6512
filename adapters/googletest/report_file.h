// The file of --gtest_output. GoogleTest writes it and does not check whether that succeeded.
#pragma once

#include <optional>
#include <string>

namespace cloister::googletest {

// After an iteration: why the report that GoogleTest has just written is incomplete, as a sentence.
// Nothing if it is complete, if none was requested, or if it went to something that is not a file.
std::optional<std::string> flaw_of_report();

}  // namespace cloister::googletest
