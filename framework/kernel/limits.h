// Limits of setrlimit(2) on this process itself: read, and raised as far as it may raise them.
#pragma once

#include <sys/resource.h>

#include "framework/kernel/error.h"

namespace cloister {

rlimit limit_of(int resource);

// Raises the soft limit to `wanted`, or as near to it as it can be raised. Whether it is as high
// now.
bool raise_limit(int resource, rlim_t wanted);

// Raises it for as long as this lives.
class RaisedLimit {
 public:
  RaisedLimit(int resource, rlim_t wanted) : resource_(resource), before_(limit_of(resource)) {
    enough_ = raise_limit(resource, wanted);
  }
  RaisedLimit(const RaisedLimit&) = delete;
  RaisedLimit& operator=(const RaisedLimit&) = delete;
  ~RaisedLimit();
  bool is_enough() const { return enough_; }

 private:
  int resource_;
  rlimit before_;
  bool enough_ = false;
};

// How many descriptors are open.
std::size_t open_descriptors();

}  // namespace cloister
