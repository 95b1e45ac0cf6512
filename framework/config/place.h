// A place in a text file, for messages.
#pragma once

namespace cloister {

struct Place {
  unsigned line = 0;
  unsigned column = 0;
};

}  // namespace cloister
