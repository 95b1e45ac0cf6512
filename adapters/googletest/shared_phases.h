// What every cell goes through and the report shows once: listeners in the guest, environments,
// set-up and tear-down of suites. The keeper says whose record is shown, and when.
#pragma once

#include "adapters/googletest/replay.h"
#include "adapters/googletest/shown_once.h"

namespace cloister::googletest {

class SharedPhases {
 public:
  explicit SharedPhases(const Replay& replay) : replay_(replay) {}
  // Whose record is shown for what lies around a test.
  const ShownRecords& shown() const { return shown_; }

  void begin_iteration(bool environments_are_recreated);
  // No guest is there when the program starts: that is shown with the first iteration's start.
  void show_start(const RecordPtr& record, bool of_program);
  void show_environment_set_up(const RecordPtr& record);
  void begin_suite();
  void show_suite_start(const RecordPtr& record);
  // From now on this record is the one that is shown for the suite, if there is none yet. Returns
  // whether there was one.
  bool choose_for_suite(const RecordPtr& record);
  void show_suite_set_up();
  // `last` is the record of the suite's last test where tests share a cell, else nullptr.
  void show_suite_tear_down(const RecordPtr& last);
  // No test of the suite was replayed, and those that share a cell have not all gone through its
  // tear-down.
  bool needs_last_of_suite() const;
  void show_environment_tear_down();
  void show_iteration_end();
  void show_program_end();

  // A test has been replayed, and its cell may have something to show in what is still to come.
  void take(const RecordPtr& record);

  // In that phase a guest that is shown may have left GoogleTest's loop: then the keeper leaves it,
  // too, before it reports anything more. GoogleTest does so for an environment or a listener that
  // throws. It says so by a part, which is one of those that are replayed.
  void note_if_it_gave_up(const Record& record, Phase phase);
  void leave_loop_if_guest_did() const;

 private:
  void show(const RecordPtr& record, Phase phase);
  void show(const ShownOnce& what);

  const Replay& replay_;
  ShownRecords shown_;
  bool loop_was_left_ = false;  // by a guest, and so here
};

}  // namespace cloister::googletest
