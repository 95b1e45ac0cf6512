// GoogleTest's list of global environments, which is in a class that no installed header shows.
// This finds it by watching what changes there when environments are added.
#pragma once

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace cloister::googletest {

// The live list: writing to it changes what RUN_ALL_TESTS() sets up and tears down. nullptr if this
// GoogleTest stores it some other way. Leaves the list unchanged.
std::vector<testing::Environment*>* find_environments();

// The user's environments, and another in their place while an iteration is replayed. Where
// GoogleTest's own list is not found, nothing is replaced.
class EnvironmentsReplaced {
 public:
  EnvironmentsReplaced() : list_(find_environments()) {}
  // Notes who is in the list now, before an iteration.
  void note() {
    if (list_ != nullptr) users_ = *list_;
  }
  void replace(testing::Environment* by) {
    is_replaced_ = list_ != nullptr;
    if (is_replaced_) *list_ = {by};
  }
  // GoogleTest deletes the environments at the end of the run, and must find the user's.
  void put_back() {
    if (std::exchange(is_replaced_, false)) *list_ = users_;
  }
  const std::vector<testing::Environment*>& users() const { return users_; }

 private:
  std::vector<testing::Environment*>* list_;
  std::vector<testing::Environment*> users_;
  bool is_replaced_ = false;
};

}  // namespace cloister::googletest
