#include "adapters/googletest/coverage.h"

#include <fmt/format.h>
#include <stdio.h>
#include <stdlib.h>

#include <string>

#include "framework/host/file_views.h"
#include "framework/host/needed_paths.h"

// Present only where the program is built with the instrument that they belong to; gcov's dump and
// reset only where the linker was asked for them (cmake/coverage.cmake).
extern "C" {
[[gnu::weak]] void __gcov_dump();
[[gnu::weak]] void __gcov_exit();
[[gnu::weak]] void __gcov_reset();
[[gnu::weak]] int __llvm_profile_write_file();
[[gnu::weak]] void __llvm_profile_reset_counters();
[[gnu::weak]] const char* __llvm_profile_get_filename();
[[gnu::weak]] void __llvm_profile_set_filename(const char*);
}

namespace cloister::googletest {
namespace {

constexpr const char* kLlvmFile = "LLVM_PROFILE_FILE";

}  // namespace

void prepare_coverage() {
  if (__gcov_exit != nullptr && __gcov_reset == nullptr) {
    fmt::print(stderr,
               "cloister: note: gcov counts what runs before the tests once more per test; link "
               "with -Wl,-u,__gcov_dump,-u,__gcov_reset\n");
  }
  if (__llvm_profile_set_filename == nullptr) return;
  const char* named = ::getenv(kLlvmFile);
  const char* own = named != nullptr ? named : __llvm_profile_get_filename();
  const std::string file = own != nullptr && *own != '\0' ? own : "default.profraw";
  if (is_added_to(file)) return;
  const std::size_t dot = file.rfind('.');
  const std::size_t slash = file.rfind('/');
  const bool has_extension =
      dot != std::string::npos && (slash == std::string::npos || dot > slash);
  static std::string merged;  // LLVM keeps the pointer
  merged = file;
  merged.insert(has_extension ? dot : file.size(), "_%m");
  __llvm_profile_set_filename(merged.c_str());
  ::setenv(kLlvmFile, merged.c_str(), 1);  // for tests that start the program anew
  fmt::print(stderr,
             "cloister: note: LLVM coverage goes to '{}', for tests are processes of their own\n",
             merged);
}

std::vector<std::string> coverage_files() {
  if (__gcov_dump != nullptr || __gcov_exit != nullptr) return gcov_directories("/proc/self/exe");
  if (__llvm_profile_write_file == nullptr || __llvm_profile_get_filename == nullptr) return {};
  // There, so that it can be shared, and without what was counted until now, which is the keeper's.
  forget_coverage();
  __llvm_profile_write_file();
  return {__llvm_profile_get_filename()};
}

void forget_coverage() {
  if (__gcov_reset != nullptr) __gcov_reset();
  if (__llvm_profile_reset_counters != nullptr) __llvm_profile_reset_counters();
}

void write_coverage() {
  if (__llvm_profile_write_file != nullptr) __llvm_profile_write_file();
  if (__gcov_dump != nullptr) {
    __gcov_dump();
  } else if (__gcov_exit != nullptr) {
    __gcov_exit();
  }
}

}  // namespace cloister::googletest
