// The guest of a run whose guests start the program anew (--cloister_launch=exec): both sides of
// the exec. The keeper and its warden work as usual; only the way into the test differs.
#pragma once

#include <string>
#include <vector>

#include "adapters/googletest/registry.h"
#include "framework/launch/start_again.h"
#include "framework/watch/watch.h"

namespace cloister::googletest {

// What the new program must know to run its tests as the keeper's loop would have.
struct TestsToStart {
  std::vector<TestId> ids;
  // Of the first, and of all, to check that the program registered the same tests again.
  std::string name;
  std::size_t hash_of_names = 0;
  int random_seed = 0;
  bool static_destructors = false;
};

TestsToStart tests_to_start(const Registry& registry, std::vector<TestId> ids, int random_seed,
                            bool static_destructors);

// In the guest, before its exec. The arguments are those of for_guests().
[[noreturn]] void start_program_again(GuestSide side, const TestsToStart& tests,
                                      const std::vector<std::string>& arguments);

// In the program that this executed, in place of a run: the process ends with its tests.
[[noreturn]] void run_started_again(StartedAgain start);

}  // namespace cloister::googletest
