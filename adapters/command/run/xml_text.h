// Text of tests as XML may hold it. Used by junit.cc.
#pragma once

#include <string>
#include <string_view>

namespace cloister::command {

// In UTF-8, of the characters that XML 1.0 has: https://www.w3.org/TR/xml/#charsets. What is none
// of them becomes '?'.
std::string valid_xml_text(std::string_view text);

}  // namespace cloister::command
