// What is expected of each behaviour: the rows of docs/BEHAVIOURS.md.
#pragma once

#include <span>
#include <string>

namespace cloister::selftests {

struct Row {
  std::string number;     // in the list of behaviours that sandboxes must survive; "" for our own
  std::string behaviour;  // in words
  std::string test;       // of guest_hostile; of the selftests when it is held elsewhere
  std::string verdict;  // the first words of the report; empty when the behaviour is held elsewhere
  std::string needs{};  // the cap that it asks for; a host without it does not run the test

  bool held_elsewhere() const { return verdict.empty(); }
};

inline const std::string kPasses = "passes";

std::span<const Row> rows();

}  // namespace cloister::selftests
