#include "framework/kernel/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

namespace cloister {

Result<void> fill_standard_streams() {
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream) {
    if (::fcntl(stream, F_GETFD) >= 0) continue;
    // The lowest number that is free, which is this one: open(2). What is executed inherits it.
    if (::open("/dev/null", O_RDWR) >= 0) continue;
    return failed("open '/dev/null' in the place of a standard stream that is closed",
                  "start the program with descriptors 0, 1 and 2 open");
  }
  return {};
}

}  // namespace cloister
