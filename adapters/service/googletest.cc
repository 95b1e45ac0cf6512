#include "adapters/service/googletest.h"

#include <stdio.h>

#include <map>

namespace cloister::service {
// Public functions of GoogleTest, by their names in object files, which are the same from 1.10 on.
// Weak: without GoogleTest in the program they are null.
namespace googletest {
// clang-format off
[[gnu::weak]] extern void* unit_test() __asm__("_ZN7testing8UnitTest11GetInstanceEv");
[[gnu::weak]] extern const void* current_test_info(const void* unit_test)
    __asm__("_ZNK7testing8UnitTest17current_test_infoEv");
[[gnu::weak]] extern bool any_has_failed(const void* unit_test) __asm__("_ZNK7testing8UnitTest6FailedEv");
[[gnu::weak]] extern bool has_fatal_failure() __asm__("_ZN7testing4Test15HasFatalFailureEv");
[[gnu::weak]] extern bool has_nonfatal_failure() __asm__("_ZN7testing4Test18HasNonfatalFailureEv");
[[gnu::weak]] extern void record_property(const std::string& key, const std::string& value)
    __asm__("_ZN7testing4Test14RecordPropertyERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEES8_");
// clang-format on
}  // namespace googletest

namespace {

using namespace googletest;

bool has_googletest() {
  return unit_test != nullptr && current_test_info != nullptr && any_has_failed != nullptr &&
         has_fatal_failure != nullptr && has_nonfatal_failure != nullptr;
}

}  // namespace

void need_googletest() {
  if (has_googletest()) unit_test();
}

bool test_has_failed() {
  if (!has_googletest()) return false;
  if (current_test_info(unit_test()) == nullptr) return any_has_failed(unit_test());
  return has_fatal_failure() || has_nonfatal_failure();
}

void attach_to_test(const std::string& service, const std::string& text) {
  fputs((text + "\n").c_str(), stdout);
  fflush(stdout);
  if (!has_googletest() || record_property == nullptr) return;
  // A test may have several of one name. Never destroyed: a static service may end after it.
  static auto& counts = *new std::map<std::string, int>;
  const int count = ++counts[service];
  record_property("log of " + service + (count == 1 ? "" : " " + std::to_string(count)), text);
}

}  // namespace cloister::service
