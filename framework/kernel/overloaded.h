// A visitor of a variant that is put together from lambdas, one for each alternative: the compiler
// names the one that is missing.
#pragma once

namespace cloister {

template <typename... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};

}  // namespace cloister
