// What a guest tells about its test, as frames, and what the keeper makes of them.
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

// The stretches of a guest's life. Assertions and output belong to whatever runs in them.
enum class Phase : std::uint8_t {
  kProgramStart,    // of listeners in the guest; without any, this and
  kIterationStart,  // the other four of theirs do not occur
  kEnvironmentSetUp,
  kSuiteStart,
  kSuiteSetUp,
  kBody,  // constructor to destructor of the fixture
  kSuiteTearDown,
  kEnvironmentTearDown,
  kIterationEnd,
  kProgramEnd,
  kAfterEnd,
  kOwnWords,  // GoogleTest's own, between the environments and the first suite: the keeper says
              // them itself
};
// "its SetUpTestSuite", for sentences.
std::string_view phase_words(Phase phase);

enum class Scope : std::uint8_t { kTest, kSuite, kProgram };

// An assertion's result, where it was made and how much had been printed before it.
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
  Scope scope{};
  std::string key;
  std::string value;
};

// The test itself ran to its end; times as GoogleTest measured them in the guest. Of a test that it
// passed over there are none.
struct Times {
  testing::TimeInMillis elapsed = 0;
  testing::TimeInMillis start = 0;
};

// How the test said that it is to end, and where.
struct Expectation {
  ExpectedEnd end;
  std::string file;
  int line = 0;
};
// "be killed at its memory cap"
std::string end_words(const ExpectedEnd& end);
bool is_met(const ExpectedEnd& end, const Outcome& outcome);

// The rest of a text that is too long is left out, and its end says how much that is. False, and
// nothing sent, when there is hardly any room left.
bool send(GuestSide& guest, const Part& part);
bool send(GuestSide& guest, const Property& property);
void send(GuestSide& guest, const Expectation& expectation);
void send(GuestSide& guest, const Times& times);
// In place of the first part, of each type, for which there was no room: that of the verdict.
void send_in_place_of(GuestSide& guest, const Part& part);
// Something was left out.
struct LeftOut {};
void send(GuestSide& guest, LeftOut left_out);
// GoogleTest has left its loop, because of an exception outside all tests.
struct GaveUp {};
void send(GuestSide& guest, GaveUp gave_up);

// Everything known of one test that ran in a cell.
struct Record {
  CellReport cell;
  std::vector<Part> parts;
  std::vector<Property> properties;
  Times times;
  bool ran = false;  // GoogleTest came to the end of the test; only then there are times
  std::optional<Expectation> expectation;  // the last one
  bool gave_up = false;                    // GoogleTest left its loop before the end
  bool left_out = false;                   // it reported more than there is room for

  bool gave_up_in(Phase phase) const { return gave_up && last_phase() == phase; }
  // The stretch in which the guest was when it ended.
  Phase last_phase() const;
  // Where the output of a stretch begins and the next one's begins.
  struct Span {
    PhaseStart from;
    PhaseStart to;
  };
  Span output_of(Phase phase) const;
  std::vector<const Part*> parts_of(Phase phase) const;
  // Whether anything was printed or asserted there.
  bool says_something_in(Phase phase) const;
  bool failed_in(Phase phase) const;
};

// Sorts the events of a report. Events that no guest of ours sends make the outcome ProtocolBroken.
Record make_record(CellReport&& report);

}  // namespace cloister::googletest
