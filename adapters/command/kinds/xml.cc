#include "adapters/command/kinds/xml.h"

#include <fmt/format.h>

namespace cloister::command {

bool load_xml(std::string_view text, pugi::xml_document& into) {
  constexpr unsigned kVerbatim = pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol;
  const auto result = into.load_buffer(text.data(), text.size(), kVerbatim, pugi::encoding_utf8);
  return result && into.document_element();
}

Result<void> load_list(std::string_view text, pugi::xml_document& into) {
  if (load_xml(text, into)) return {};
  return std::unexpected(Error{
      text.empty() ? "read its list of tests: it wrote none"
                   : fmt::format("read its list of tests: {} bytes that are no list", text.size()),
      0, "run it by hand with --help, and name its framework with --kind"});
}

std::string trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(kSpace) - first + 1));
}

std::string place_of(const pugi::xml_node& element, const char* file, const char* line) {
  const std::string_view name = element.attribute(file).value();
  return name.empty() ? "" : fmt::format("{}:{}: ", name, element.attribute(line).value());
}

}  // namespace cloister::command
