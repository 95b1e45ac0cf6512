// The file of --gtest_output. GoogleTest writes it and does not look whether that went well.
#pragma once

#include <optional>
#include <string>

namespace cloister::googletest {

// After an iteration: why the report that GoogleTest has just written is not whole, as a sentence.
// Nothing when it is, when none was asked for, or when it went into something that is no file.
std::optional<std::string> flaw_of_report();

}  // namespace cloister::googletest
