// Reads the XML that test frameworks write. Used by the kinds.
#pragma once

#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "framework/kernel/error.h"

namespace cloister::command {

// Loads `text` unchanged, including line ends and spaces. False if it is not one complete document;
// `into` then has what could be read.
bool load_xml(std::string_view text, pugi::xml_document& into);

// For a list of tests: loads the document, or fails with the sentence that it is none.
Result<void> load_list(std::string_view text, pugi::xml_document& into);

// Without leading and trailing spaces and line ends.
std::string trimmed(std::string_view text);

// "file.cc:12: " or nothing, from the attributes that `element` has.
std::string place_of(const pugi::xml_node& element, const char* file, const char* line);

}  // namespace cloister::command
