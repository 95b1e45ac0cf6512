// The other end of a warden that a test has forked.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>

#include "framework/run/fork_warden.h"
#include "framework/watch/outbox.h"

namespace cloister {

// Gives `take` each message until the warden has ended, well.
template <typename Take>
void hear_warden(const WardenFork& warden, Take take) {
  while (const auto bytes = read_message(warden.socket)) take(*bytes);
  int status = 0;
  ::waitpid(warden.pid, &status, 0);
  EXPECT_EQ(status, 0) << "the warden";
}

}  // namespace cloister
