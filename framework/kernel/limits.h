// Limits of setrlimit(2) on this process itself: reads them, and raises them as far as allowed.
#pragma once

#include <sys/resource.h>

#include "framework/kernel/error.h"

namespace cloister {

rlimit limit_of(int resource);

// Raises the soft limit to `wanted`, or as near as possible. Returns whether it is as high now.
bool raise_limit(int resource, rlim_t wanted);

// Keeps the limit raised while this lives.
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
