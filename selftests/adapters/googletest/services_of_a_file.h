// Runs guest_served in a directory with a cloister.toml that has services: what the selftests of
// [[service]] begin with.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "selftests/support/disk_directory.h"
#include "selftests/support/guests.h"
#include "selftests/support/lane.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {

using Words = std::vector<std::string>;

inline constexpr const char* kCounting = "ready.port = 7000\ndeeds = [\"count=7000\"]";

class ServicesOfAFile : public testing::Test {
 protected:
  // A [[service]] that is guest_serving: a line `deeds` of what it does becomes its command.
  void write_service(std::string text) {
    const std::string deeds = "deeds = [";
    const std::size_t at = text.find(deeds);
    text.replace(at, deeds.size(), "command = [\"" + guest("serving") + "\", ");
    std::ofstream(directory_.path() / "cloister.toml", std::ios::app) << "[[service]]\n"
                                                                      << text << "\n\n";
  }
  // One that is started once for the run, and counts at that socket.
  void write_service_of_run(const std::string& socket, const std::string& more = "") {
    write_service("deeds = [\"count-unix=" + socket + "\"]\nready.unix_socket = \"" + socket +
                  "\"\nenv = { SERVED_SOCKET = \"" + socket + "\" }\nper = \"run\"" + more);
  }
  Ended run_linked(const std::string& filter, Words flags = {}, Words command = {}) {
    command.insert(command.end(), {"env", "-u", "CLOISTER_CONFIG", guest("served"),
                                   "--gtest_filter=" + filter, "--cloister_jobs=4"});
    command.insert(command.end(), flags.begin(), flags.end());
    return run({.command = command, .directory = directory_.path()});
  }
  std::string err_of(const std::string& filter, const Words& flags = {}) {
    const Ended ended = run_linked(filter, flags);
    EXPECT_EQ(ended.status, 1) << ended.out << ended.err;
    return ended.out + ended.err;
  }

  DiskDirectory directory_{"cloister-services-XXXXXX"};
};

inline bool has_own_network() { return lane_gives("private network"); }

}  // namespace cloister::selftests
