// Whatever tests print and are called, what --junit writes of it is XML to libxml2, too.
#include <libxml/parser.h>

#include <pugixml.hpp>
#include <sstream>

#include "adapters/command/run/xml_text.h"
#include "selftests/fuzz/oracle.h"

namespace cloister::fuzz {
namespace {

bool is_plain(std::string_view text) {
  for (const char c : text) {
    if (c != '\n' && (c < 0x20 || c > 0x7e)) return false;
  }
  return true;
}

void run_input(std::string_view input) {
  const std::string text = command::valid_xml_text(input);
  require(command::valid_xml_text(text) == text, "text that XML can hold stays as it is", text);
  if (is_plain(input)) require(text == input, "plain text stays as it is", text);
  // As run/junit.cc writes it.
  pugi::xml_document document;
  pugi::xml_node one = document.append_child("testsuites").append_child("testcase");
  one.append_attribute("name") = text.c_str();
  one.append_child("system-out").text().set(text.c_str());
  std::ostringstream out;
  document.save(out, "  ");
  const std::string xml = out.str();
  xmlDocPtr parsed =
      xmlReadMemory(xml.data(), static_cast<int>(xml.size()), "results.xml", nullptr,
                    XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NONET | XML_PARSE_HUGE);
  require(parsed != nullptr, "libxml2 takes the report", xml);
  xmlFreeDoc(parsed);
}

}  // namespace
}  // namespace cloister::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cloister::fuzz::run_input(cloister::fuzz::text_of(data, size));
  return 0;
}
