// The descriptors of this process above the three standard ones: what each is, and whether the
// program was started with it. Asked by adapters before anything of Cloister opens one.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace cloister {

struct OpenDescriptor {
  int number = -1;
  std::string link;  // as /proc/self/fd has it: "/var/log/a", "socket:[17]"
  mode_t type = 0;   // S_IFREG and the like; 0 for what is no file
  int flags = 0;     // F_GETFL, fcntl(2)
  bool close_on_exec = false;
  // Whoever executed this program had it open, and it is the same file still.
  bool inherited = false;
  off_t offset_at_start = -1;  // of an inherited one; -1 where there is none
};

// Sorted by number. Empty where there is no /proc.
std::vector<OpenDescriptor> list_descriptors();

}  // namespace cloister
