#include "adapters/command/output.h"

#include <errno.h>
#include <fmt/format.h>
#include <stdio.h>

#include "framework/kernel/error.h"

namespace cloister::command {

int with_output_written(int status) {
  errno = 0;
  if (fflush(stdout) == 0 && ferror(stdout) == 0) return status;
  const Error error{"write everything to stdout", errno, "make room there"};
  fmt::print(stderr, "cloister: {}\n", error.text());
  return status == 0 ? kOwnFailure : status;
}

}  // namespace cloister::command
