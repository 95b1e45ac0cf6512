#include "adapters/command/kinds/kind.h"

#include <fmt/format.h>

namespace cloister::command {

std::string report_path(int number) { return fmt::format("@report {} of this test@", number); }

std::span<const std::unique_ptr<Kind>> kinds() {
  static const std::unique_ptr<Kind> all[] = {make_googletest(), make_catch2(), make_doctest(),
                                              make_boost_test()};
  return all;
}

const Kind* kind_named(std::string_view name) {
  for (const auto& kind : kinds()) {
    if (kind->name() == name) return kind.get();
  }
  return nullptr;
}

}  // namespace cloister::command
