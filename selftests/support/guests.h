// Where the guest programs are: beside this test when it was copied away (as_ordinary_user.sh),
// else in the build.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>

#include "selftests/support/lane.h"

namespace cloister::selftests {

inline std::string tool(const std::string& name) {
  const auto beside = std::filesystem::read_symlink("/proc/self/exe").parent_path() / name;
  return std::filesystem::exists(beside) ? beside.string() : std::string(GUESTS) + "/" + name;
}

inline std::string guest(const std::string& name) { return tool("guest_" + name); }

// What cloister::gtest_main prints before all else.
inline constexpr const char* kGreeting = "Running main() from cloister/gtest_main.cc\n";

// A filter for guest_misbehaving that leaves out whom it would take along where there is no pid
// namespace: this test, and all else.
inline std::string survivable_tests() {
  return std::string("--gtest_filter=*") + (lane_gives("pid namespace") ? "" : "-Signals.*");
}

// A name below this process's own temporary directory.
inline std::string scratch(const std::string& name) {
  return testing::TempDir() + "cloister-" + std::to_string(getpid()) + "-" + name;
}

}  // namespace cloister::selftests
