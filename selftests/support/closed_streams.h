// Programs whose parent has closed some of their standard streams.
#pragma once

#include <string>

#include "selftests/support/run_program.h"

namespace cloister::selftests {

// `program` with the streams of that set of bits closed: 1 is stdin, 2 is stdout, 4 is stderr.
inline Program without_streams(unsigned closed, Program program) {
  std::string line = "exec \"$@\"";
  for (int stream = 0; stream < 3; ++stream) {
    if ((closed >> stream & 1) != 0) line += " " + std::to_string(stream) + ">&-";
  }
  program.command.insert(program.command.begin(), {"sh", "-c", line, "sh"});
  return program;
}

}  // namespace cloister::selftests
