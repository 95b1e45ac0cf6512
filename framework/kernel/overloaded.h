// A visitor of a variant, built from one lambda per alternative. The compiler names a missing one.
#pragma once

namespace cloister {

template <typename... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};

}  // namespace cloister
