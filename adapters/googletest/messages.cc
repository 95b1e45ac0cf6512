#include "adapters/googletest/messages.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "framework/protocol/frame.h"
#include "framework/report/outcome_traits.h"
#include "framework/wire/bytes.h"

namespace cloister::googletest {
namespace {

enum class Kind : std::uint16_t {
  kPart = 1,
  kProperty = 2,
  kTimes = 3,
  kExpectation = 4,
  kGaveUp = 5,
  kLeftOut = 6
};

// For less, nothing is sent.
constexpr std::size_t kLeastRoom = 1024;
// Of what names something.
constexpr std::size_t kLongestName = 4096;
constexpr std::size_t kLongestNameAtTheEnd = 256;
// Of all else in a message, and of its frame's head.
constexpr std::size_t kNumbers = 64;

bool send_frame(GuestSide& guest, Kind kind, const ByteWriter& payload) {
  return guest.send(static_cast<std::uint16_t>(kind), payload.bytes());
}

// No message takes more than half of what is left, so that there is always room for another.
std::size_t room_for_texts(const GuestSide& guest) {
  const std::size_t most = std::min(guest.room() / 2, kLongestPayload);
  return most < kLeastRoom ? 0 : most - kNumbers;
}

// Not within a character of UTF-8.
std::string_view beginning_of(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  return text.substr(0, most);
}

std::string cut(const std::string& text, std::size_t most) {
  if (text.size() <= most) return text;
  constexpr std::size_t kNote = 64;
  const std::string_view kept = beginning_of(text, most - std::min(most, kNote));
  return fmt::format("{}\n(cloister: {} more bytes were cut off)", kept, text.size() - kept.size());
}

std::string cut_name(const std::string& name, std::size_t most) {
  if (name.size() <= most) return name;
  const std::string_view kept = beginning_of(name, most);
  return fmt::format("{}_and_{}_more_bytes", kept, name.size() - kept.size());
}

ByteWriter bytes_of(const Part& part, const std::string& file, const std::string& message) {
  ByteWriter out;
  out.number(part.phase);
  out.number(static_cast<std::int32_t>(part.type));
  out.number(static_cast<std::uint8_t>(part.has_file));
  out.text(file);
  out.number(static_cast<std::int32_t>(part.line));
  out.text(message);
  out.number(part.out_offset);
  out.number(part.err_offset);
  return out;
}

bool is_whole(const ByteReader& in) { return in.ok() && in.at_end(); }

// Nothing for a number that names none.
std::optional<testing::TestPartResult::Type> type_of(std::int32_t number) {
  using Result = testing::TestPartResult;
  for (const auto type :
       {Result::kSuccess, Result::kSkip, Result::kNonFatalFailure, Result::kFatalFailure}) {
    if (number == type) return type;
  }
  return std::nullopt;
}

bool take_part(ByteReader& in, Record& record) {
  Part part;
  part.phase = in.number<Phase>();
  const auto type = type_of(in.number<std::int32_t>());
  part.has_file = in.number<std::uint8_t>() != 0;
  part.file = in.text();
  part.line = in.number<std::int32_t>();
  part.message = in.text();
  part.out_offset = in.number<std::uint64_t>();
  part.err_offset = in.number<std::uint64_t>();
  if (!is_whole(in) || !type || part.phase > Phase::kAfterEnd) return false;
  part.type = *type;
  record.parts.push_back(std::move(part));
  return true;
}

bool take_property(ByteReader& in, Record& record) {
  Property property;
  property.owner = in.number<Owner>();
  property.key = in.text();
  property.value = in.text();
  if (!is_whole(in) || property.owner > Owner::kProgram) return false;
  record.properties.push_back(std::move(property));
  return true;
}

bool take_times(ByteReader& in, Record& record) {
  Times times;
  times.elapsed = in.number<testing::TimeInMillis>();
  times.start = in.number<testing::TimeInMillis>();
  if (!is_whole(in)) return false;
  record.times = times;
  record.ran = true;
  return true;
}

bool take_expectation(ByteReader& in, Record& record) {
  Expectation expectation;
  expectation.end.outcome = in.number<std::uint8_t>();
  expectation.end.number = in.number<std::int32_t>();
  expectation.file = in.text();
  expectation.line = in.number<std::int32_t>();
  const std::size_t outcome = expectation.end.outcome;
  if (!is_whole(in) || outcome >= kOutcomes.size() || kOutcomes[outcome].expect.empty())
    return false;
  record.expectation = std::move(expectation);
  return true;
}

// False, and nothing taken, for an event that is none of ours.
bool take_event(const Event& event, Record& record) {
  ByteReader in(event.payload);
  switch (static_cast<Kind>(event.kind)) {
    case Kind::kPart:
      return take_part(in, record);
    case Kind::kProperty:
      return take_property(in, record);
    case Kind::kTimes:
      return take_times(in, record);
    case Kind::kExpectation:
      return take_expectation(in, record);
    case Kind::kGaveUp:
      record.gave_up |= is_whole(in);
      return is_whole(in);
    case Kind::kLeftOut:
      record.left_out |= is_whole(in);
      return is_whole(in);
  }
  return false;
}

}  // namespace

std::string_view phase_words(Phase phase) {
  switch (phase) {
    case Phase::kProgramStart:
      return "the OnTestProgramStart of a listener";
    case Phase::kIterationStart:
      return "the OnTestIterationStart of a listener";
    case Phase::kEnvironmentSetUp:
      return "the set-up of a global environment";
    case Phase::kSuiteStart:
      return "the OnTestSuiteStart of a listener";
    case Phase::kSuiteSetUp:
      return "SetUpTestSuite";
    case Phase::kBody:
      return "the test body";
    case Phase::kSuiteTearDown:
      return "TearDownTestSuite";
    case Phase::kEnvironmentTearDown:
      return "the tear-down of a global environment";
    case Phase::kIterationEnd:
      return "the OnTestIterationEnd of a listener";
    case Phase::kProgramEnd:
      return "the OnTestProgramEnd of a listener";
    case Phase::kAfterEnd:
      return "the process after the end of the test";
    case Phase::kOwnWords:
      return "GoogleTest itself";
  }
  return "an unknown phase";
}

bool send(GuestSide& guest, const Part& part) {
  const std::size_t room = room_for_texts(guest);
  if (room == 0) return false;
  const std::string file = cut_name(part.file, std::min(kLongestName, room / 2));
  const std::string message = cut(part.message, room - std::min(room, file.size()));
  return send_frame(guest, Kind::kPart, bytes_of(part, file, message));
}

void send_in_place_of(GuestSide& guest, const Part& part) {
  const char* message =
      "cloister: from here on what the test asserts is not shown: it has reported too much";
  send_frame(guest, Kind::kPart,
             bytes_of(part, cut_name(part.file, kLongestNameAtTheEnd), message));
}

void send(GuestSide& guest, LeftOut) { send_frame(guest, Kind::kLeftOut, {}); }

void send(GuestSide& guest, const Expectation& expectation) {
  ByteWriter out;
  out.number(expectation.end.outcome);
  out.number(static_cast<std::int32_t>(expectation.end.number));
  out.text(cut_name(expectation.file, kLongestNameAtTheEnd));
  out.number(static_cast<std::int32_t>(expectation.line));
  send_frame(guest, Kind::kExpectation, out);
}

bool send(GuestSide& guest, const Property& property) {
  const std::size_t room = room_for_texts(guest);
  if (room == 0) return false;
  const std::string key = cut_name(property.key, std::min(kLongestName, room / 2));
  ByteWriter out;
  out.number(property.owner);
  out.text(key);
  out.text(cut(property.value, room - std::min(room, key.size())));
  return send_frame(guest, Kind::kProperty, out);
}

void send(GuestSide& guest, const Times& times) {
  ByteWriter out;
  out.number(times.elapsed);
  out.number(times.start);
  send_frame(guest, Kind::kTimes, out);
}

void send(GuestSide& guest, GaveUp) { send_frame(guest, Kind::kGaveUp, {}); }

Phase Record::last_phase() const {
  return cell.phases.empty() ? Phase::kEnvironmentSetUp
                             : static_cast<Phase>(cell.phases.back().phase);
}

Record::Span Record::output_of(Phase phase) const {
  const PhaseStart end{static_cast<std::uint8_t>(Phase::kAfterEnd), cell.out.kept.size(),
                       cell.err.kept.size()};
  const auto number = static_cast<std::uint8_t>(phase);
  const auto from = std::ranges::find(cell.phases, number, &PhaseStart::phase);
  if (from == cell.phases.end()) return {end, end};
  const auto to = from + 1;
  return {*from, to == cell.phases.end() ? end : *to};
}

std::vector<const Part*> Record::parts_of(Phase phase) const {
  std::vector<const Part*> found;
  for (const Part& part : parts) {
    if (part.phase == phase) found.push_back(&part);
  }
  return found;
}

bool Record::says_something_in(Phase phase) const {
  const auto [from, to] = output_of(phase);
  return from.out_offset != to.out_offset || from.err_offset != to.err_offset ||
         std::ranges::any_of(parts, [&](const Part& part) { return part.phase == phase; });
}

bool Record::failed_in(Phase phase) const {
  return std::ranges::any_of(
      parts, [&](const Part& part) { return part.phase == phase && part.failed(); });
}

bool Record::was_in(Phase phase) const {
  return std::ranges::find(cell.phases, static_cast<std::uint8_t>(phase), &PhaseStart::phase) !=
         cell.phases.end();
}

bool judge_events(CellReport& report) {
  Record record;
  for (const Event& event : report.events) {
    if (take_event(event, record)) continue;
    report.outcome = ProtocolBroken{"a message that no test sends came out of its event pipe"};
    break;
  }
  return !std::holds_alternative<Finished>(report.outcome) ||
         std::ranges::any_of(record.parts, &Part::failed);
}

// They are the last of a part's: bytes_of().
void shift_offsets(Event& event, std::uint64_t out, std::uint64_t err) {
  if (static_cast<Kind>(event.kind) != Kind::kPart || event.payload.size() < 2 * sizeof out) return;
  std::uint64_t offsets[2];
  char* at = event.payload.data() + event.payload.size() - sizeof offsets;
  std::memcpy(offsets, at, sizeof offsets);
  offsets[0] += out;
  offsets[1] += err;
  std::memcpy(at, offsets, sizeof offsets);
}

Record make_record(CellReport&& report) {
  Record record;
  record.cell = std::move(report);
  for (const Event& event : record.cell.events) {
    if (!take_event(event, record)) break;
  }
  record.cell.events.clear();
  return record;
}

}  // namespace cloister::googletest
