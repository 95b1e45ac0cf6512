// The descriptors of this process above the three standard ones: what each is, and whether the
// program was started with it. Adapters ask before Cloister opens any.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace cloister {

struct OpenDescriptor {
  int number = -1;
  std::string link;  // as /proc/self/fd has it: "/var/log/a", "socket:[17]"
  mode_t type = 0;   // S_IFREG and the like; 0 if it is no file
  int flags = 0;     // F_GETFL, fcntl(2)
  bool close_on_exec = false;
  // The program was started with it open, and it is still the same file.
  bool inherited = false;
  off_t offset_at_start = -1;  // of an inherited one; -1 if it has none
};

// Sorted by number. Empty if there is no /proc.
std::vector<OpenDescriptor> list_descriptors();

}  // namespace cloister
