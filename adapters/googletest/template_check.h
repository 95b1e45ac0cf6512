// What the set-up of a suite leaves that a fork of its process has not, or not for itself. Asked by
// suite_template.cc.
#pragma once

#include <string>
#include <vector>

#include "framework/launch/guest.h"
#include "framework/launch/open_descriptors.h"

namespace cloister::googletest {

// What there was before the set-up.
struct BeforeSetUp {
  std::vector<OpenDescriptor> descriptors = list_descriptors();
  std::vector<std::string> mappings = mappings_now();

  static std::vector<std::string> mappings_now();
};

// What has come since. What a fork has not for itself is in words that go on after "SetUpTestSuite
// left".
struct LeftBySetUp {
  std::vector<std::string> services;  // processes and what leads to them
  std::vector<std::string> rest;
  std::vector<ReopenedFile> files;  // each fork opens its own
};
LeftBySetUp left_by_set_up(const BeforeSetUp& before);

}  // namespace cloister::googletest
