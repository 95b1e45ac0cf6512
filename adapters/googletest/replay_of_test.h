// The replay of one test: what of its guest belongs to the test itself, and how that ended. Made by
// the keeper while GoogleTest is in the body of that test.
#pragma once

#include <string>
#include <string_view>

#include "adapters/googletest/messages.h"
#include "adapters/googletest/registry.h"
#include "adapters/googletest/replay.h"
#include "adapters/googletest/shown_once.h"

namespace cloister::googletest {

class ReplayOfTest {
 public:
  // `shown`: what of other cells stands for all of the suite or the program.
  ReplayOfTest(const Replay& replay, const ShownRecords& shown, const Record& record,
               const testing::TestInfo& test)
      : replay_(replay), shown_(shown), record_(record), test_(test), name_(full_name(test)) {}

  // What the guest printed and asserted. `set_up_is_shown`: that of the suite, from another cell or
  // already from this one.
  void events(bool set_up_is_shown) const;
  // What is to be said of its end: failures, notes on stderr, properties. `registry` has the names
  // of other tests.
  void end(const Registry& registry) const;
  // For a test that shares its cell, and that GoogleTest passes over here: what is to be said of
  // the end of that cell.
  void end_of_passed_over(const Registry& registry) const;

 private:
  void well_ended(bool set_up_is_shown) const;
  void all(bool set_up_is_shown) const;
  void own_set_up_failures() const;
  void that_it_did_not_run() const;
  void after_body() const;
  void end_of_cell(const Registry& registry) const;
  void outcome() const;
  void leaks() const;
  void files(const Registry& registry) const;
  void notes() const;

  const Replay& replay_;
  const ShownRecords& shown_;
  const Record& record_;
  const testing::TestInfo& test_;
  std::string name_;
};

// For a test that was not run, because the run was interrupted by `cause`.
void replay_not_run(const Replay& replay, const testing::TestInfo& test, std::string_view cause);

}  // namespace cloister::googletest
