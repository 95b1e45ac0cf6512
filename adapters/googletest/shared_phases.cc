#include "adapters/googletest/shared_phases.h"

#include "adapters/googletest/private_access.h"

namespace cloister::googletest {

void SharedPhases::begin_iteration(bool environments_are_recreated) {
  if (environments_are_recreated) shown_.environments = nullptr;
  for (ShownOnce* ends :
       {&shown_.environment_tear_down, &shown_.iteration_end, &shown_.program_end})
    ends->clear();
}

void SharedPhases::show_start(const RecordPtr& record, bool of_program) {
  shown_.iteration_start = record;
  if (of_program) {
    shown_.program_start = record;
    show(record, Phase::kProgramStart);
  }
  show(record, Phase::kIterationStart);
  leave_loop_if_guest_did();
}

void SharedPhases::show_environment_set_up(const RecordPtr& record) {
  shown_.environments = record;
  show(record, Phase::kEnvironmentSetUp);
  leave_loop_if_guest_did();
}

void SharedPhases::begin_suite() {
  shown_.suite = nullptr;
  shown_.suite_tear_down.clear();
}

void SharedPhases::show_suite_start(const RecordPtr& record) {
  if (record == nullptr) return;
  shown_.suite = record;
  show(record, Phase::kSuiteStart);
  leave_loop_if_guest_did();
}

bool SharedPhases::choose_for_suite(const RecordPtr& record) {
  if (shown_.suite != nullptr) return true;
  shown_.suite = record;
  return false;
}

void SharedPhases::show_suite_set_up() {
  if (shown_.suite != nullptr) show(shown_.suite, Phase::kSuiteSetUp);
}

bool SharedPhases::needs_last_of_suite() const {
  return shown_.suite_tear_down.shown() == nullptr && shown_.suite != nullptr &&
         shown_.suite->shares_its_set_up();
}

void SharedPhases::show_suite_tear_down(const RecordPtr& last) {
  // A set-up that failed has left the tests out.
  if (shown_.suite_tear_down.shown() == nullptr && shown_.suite != nullptr)
    shown_.suite_tear_down.take(last != nullptr ? last : shown_.suite);
  show(shown_.suite_tear_down);
  if (shown_.suite_tear_down.shown() != nullptr)
    record_properties(*shown_.suite_tear_down.shown(), Owner::kSuite);
  begin_suite();
}

void SharedPhases::show_environment_tear_down() {
  show(shown_.environment_tear_down);
  leave_loop_if_guest_did();
}

void SharedPhases::show_iteration_end() {
  show(shown_.iteration_end);
  if (shown_.environment_tear_down.shown() != nullptr)
    record_properties(*shown_.environment_tear_down.shown(), Owner::kProgram);
}

void SharedPhases::show_program_end() {
  show(shown_.program_end);
  leave_loop_if_guest_did();
}

void SharedPhases::take(const RecordPtr& record) {
  shown_.suite_tear_down.take(record);
  shown_.environment_tear_down.take(record);
  shown_.iteration_end.take(record);
  if (!fails_at_program_end(*record)) shown_.program_end.take(record);
}

void SharedPhases::note_if_it_gave_up(const Record& record, Phase phase) {
  loop_was_left_ = loop_was_left_ || record.gave_up_in(phase);
}

void SharedPhases::leave_loop_if_guest_did() const {
  if (loop_was_left_) private_access::throw_assertion_exception();
}

void SharedPhases::show(const RecordPtr& record, Phase phase) {
  replay_.phase(*record, phase);
  note_if_it_gave_up(*record, phase);
}

void SharedPhases::show(const ShownOnce& what) {
  if (what.shown() == nullptr) return;
  replay_.phase(*what.shown(), what.phase());
  for (const Part& part : what.others()) replay_.reissue(part);
  note_if_it_gave_up(*what.shown(), what.phase());
}

}  // namespace cloister::googletest
