// Text of tests in the form that XML allows. Used by junit.cc.
#pragma once

#include <string>
#include <string_view>

namespace cloister::command {

// Returns UTF-8 with only the characters of XML 1.0: https://www.w3.org/TR/xml/#charsets. Others
// become '?'.
std::string valid_xml_text(std::string_view text);

}  // namespace cloister::command
