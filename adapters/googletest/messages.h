// What a guest sends about its test, as frames, and how the keeper reads them.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <cloister/expect_end.h>
#include <cloister/report.h>

#include "framework/events/guest_side.h"

namespace cloister::googletest {

// The phases of a guest's life. Assertions and output belong to the phase in which they happen.
enum class Phase : std::uint8_t {
  kProgramStart,    // of listeners in the guest; without any, this and
  kIterationStart,  // their other four phases do not occur
  kEnvironmentSetUp,
  kSuiteStart,
  kSuiteSetUp,
  kBody,  // from constructor to destructor of the fixture
  kSuiteTearDown,
  kEnvironmentTearDown,
  kIterationEnd,
  kProgramEnd,
  kAfterEnd,
  kOwnWords,  // GoogleTest's own output, between the environments and the first suite: the keeper
              // prints it itself
};
// "its SetUpTestSuite", for sentences.
std::string_view phase_words(Phase phase);

// Whose property it is.
enum class Owner : std::uint8_t { kTest, kSuite, kProgram };

// An assertion's result, where it was made, and how much had been printed before it.
struct Part {
  Phase phase{};
  testing::TestPartResult::Type type{};
  bool has_file = false;
  std::string file;
  int line = 0;
  std::string message;
  std::uint64_t out_offset = 0;
  std::uint64_t err_offset = 0;

  bool failed() const {
    return type == testing::TestPartResult::kNonFatalFailure ||
           type == testing::TestPartResult::kFatalFailure;
  }
};

struct Property {
  Owner owner{};
  std::string key;
  std::string value;
};

// The test itself ran to its end; times as GoogleTest measured them in the guest. None for a test
// that GoogleTest passed over.
struct Times {
  testing::TimeInMillis elapsed = 0;
  testing::TimeInMillis start = 0;
};

// How the test said that it would end, and where it said so.
struct Expectation {
  ExpectedEnd end;
  std::string file;
  int line = 0;
};
// "be killed at its memory cap"
std::string end_words(const ExpectedEnd& end);
bool is_met(const ExpectedEnd& end, const Outcome& outcome);

// If a text is too long, the rest is left out, and the end of the text says how much that is.
// False, with nothing sent, if there is hardly any room left.
bool send(GuestSide& guest, const Part& part);
bool send(GuestSide& guest, const Property& property);
void send(GuestSide& guest, const Expectation& expectation);
void send(GuestSide& guest, const Times& times);
// Sent in place of the first part of each type that had no room, for the sake of the verdict.
void send_in_place_of(GuestSide& guest, const Part& part);
// Something was left out.
struct LeftOut {};
void send(GuestSide& guest, LeftOut left_out);
// GoogleTest has left its loop because of an exception outside all tests.
struct GaveUp {};
void send(GuestSide& guest, GaveUp gave_up);

// Everything known about one test that ran in a cell.
struct Record {
  CellReport cell;
  std::vector<Part> parts;
  std::vector<Property> properties;
  Times times;
  bool ran = false;  // GoogleTest reached the end of the test; only then there are times
  std::optional<Expectation> expectation;  // the last one
  bool gave_up = false;                    // GoogleTest left its loop early
  bool left_out = false;                   // it reported more than there is room for

  bool gave_up_in(Phase phase) const { return gave_up && last_phase() == phase; }
  // The phase in which the guest was when it ended.
  Phase last_phase() const;
  // Where the output of a phase begins, and where the next one's begins.
  struct Span {
    PhaseStart from;
    PhaseStart to;
  };
  Span output_of(Phase phase) const;
  // Set-up and tear-down were done once for it and others, and are in the reports of the first and
  // the last of them.
  bool shares_its_set_up() const { return cell.tasks > 1 || cell.forked; }
  // Such a test need not be the one with which a suite, or the program, begins or
  // ends.
  bool was_in(Phase phase) const;
  std::vector<const Part*> parts_of(Phase phase) const;
  // Whether anything was printed or asserted in that phase.
  bool says_something_in(Phase phase) const;
  bool failed_in(Phase phase) const;
};

// In the warden: if the report has events that no guest of ours sends, its outcome becomes
// ProtocolBroken. Returns whether the test failed: by an assertion, or by that or another bad end.
bool judge_events(CellReport& report);
// Of such a report: more was printed before everything that this event is about.
void shift_offsets(Event& event, std::uint64_t out, std::uint64_t err);
// Sorts the events of a report that was judged, up to the first that no guest of ours sends.
Record make_record(CellReport&& report);

}  // namespace cloister::googletest
