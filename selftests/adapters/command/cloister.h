// `cloister` as the selftests run it.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "selftests/support/guests.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {

// cloister exec --quiet OPTIONS... -- COMMAND...
inline Ended exec(const std::vector<std::string>& options,
                  const std::vector<std::string>& command) {
  Program program{{tool("cloister"), "exec", "--quiet"}};
  for (const std::string& option : options) program.command.push_back(option);
  program.command.emplace_back("--");
  for (const std::string& word : command) program.command.push_back(word);
  return run(program);
}

// The same with a shell's command line.
inline Ended exec_sh(const std::vector<std::string>& options, const std::string& line) {
  return exec(options, {"sh", "-c", line});
}

}  // namespace cloister::selftests
