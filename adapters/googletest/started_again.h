// The guest of a run whose guests start the program anew (--cloister_launch=exec): both sides of
// the exec. The keeper and its warden work as usual; only the way into the test differs.
#pragma once

#include <string>
#include <vector>

#include "adapters/googletest/registry.h"
#include "framework/launch/start_again.h"
#include "framework/watch/watch.h"

namespace cloister::googletest {

// What the new program must know to run one test as the keeper's loop would have.
struct TestToStart {
  TestId id = 0;
  std::string name;  // "Suite.Test", to check that the program registered the same tests again
  int random_seed = 0;
  bool static_destructors = false;
};

// In the guest, before its exec. The arguments are those of for_guests().
[[noreturn]] void start_program_again(GuestSide side, const TestToStart& test,
                                      const std::vector<std::string>& arguments);

// In the program that this executed, in place of a run: the process ends with its test.
[[noreturn]] void run_started_again(StartedAgain start);

}  // namespace cloister::googletest
