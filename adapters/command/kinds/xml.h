// Reading the XML that test frameworks write. Used by the kinds.
#pragma once

#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "framework/kernel/error.h"

namespace cloister::command {

// Loads `text` as it stands, line ends and spaces included. False when it is not one whole
// document; what could be read of it is in `into`.
bool load_xml(std::string_view text, pugi::xml_document& into);

// For a list of tests: the document, or the sentence that it is none.
Result<void> load_list(std::string_view text, pugi::xml_document& into);

// Without the spaces and line ends around it.
std::string trimmed(std::string_view text);

// "file.cc:12: " or nothing, from the attributes that `element` has.
std::string place_of(const pugi::xml_node& element, const char* file, const char* line);

}  // namespace cloister::command
