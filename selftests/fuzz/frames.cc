// A guest's event pipe: any bytes into the frame reader, and its events on to the record of a test.
// An even first byte: the rest is the stream. An odd one: the rest says which frames an honest
// guest sends.
#include <cstring>

#include "adapters/googletest/messages.h"
#include "framework/events/frame_reader.h"
#include "framework/protocol/frame.h"
#include "selftests/fuzz/oracle.h"

namespace cloister {
namespace {

using fuzz::require;

bool same(const std::vector<Event>& one, const std::vector<Event>& other) {
  if (one.size() != other.size()) return false;
  for (std::size_t i = 0; i < one.size(); ++i) {
    if (one[i].kind != other[i].kind || one[i].payload != other[i].payload) return false;
  }
  return true;
}

bool same_tasks(const std::vector<EndedTask>& one, const std::vector<EndedTask>& other) {
  if (one.size() != other.size()) return false;
  for (std::size_t i = 0; i < one.size(); ++i) {
    if (one[i].next != other[i].next || one[i].out != other[i].out || one[i].err != other[i].err ||
        one[i].phases.size() != other[i].phases.size() || !same(one[i].events, other[i].events))
      return false;
  }
  return true;
}

// In pieces whose sizes come out of the stream itself.
FrameReader read_in_pieces(std::string_view stream, std::size_t seed) {
  FrameReader reader;
  while (!stream.empty()) {
    seed = seed * 31 + static_cast<std::uint8_t>(stream.front());
    reader.feed(fuzz::take_bytes(stream, 1 + seed % 37));
  }
  return reader;
}

void check_pieces(std::string_view stream, std::uint8_t seed) {
  FrameReader whole;
  whole.feed(stream);
  FrameReader pieces = read_in_pieces(stream, seed);
  require(same_tasks(whole.take_ended_tasks(), pieces.take_ended_tasks()),
          "pieces make no difference to the tasks");
  require(same(whole.events(), pieces.events()), "pieces make no difference to the events");
  require(whole.finished() == pieces.finished(), "pieces make no difference to the end");
  require(whole.broken() == pieces.broken(), "pieces make no difference to the break",
          whole.broken());
  require(whole.entry_failure() == pieces.entry_failure(),
          "pieces make no difference to the failure", whole.entry_failure());
}

googletest::Record record_of(std::vector<Event> events) {
  CellReport report;
  report.outcome = Finished{};
  report.events = std::move(events);
  googletest::judge_events(report);
  return googletest::make_record(std::move(report));
}

bool is_bad(const googletest::Record& record) {
  return std::holds_alternative<ProtocolBroken>(record.cell.outcome);
}

void check_alone(const Event& event) {
  const googletest::Record one = record_of({event});
  if (is_bad(one)) {
    require(
        !one.ran && !one.gave_up && !one.expectation && one.parts.empty() && one.properties.empty(),
        "a bad event leaves nothing");
    return;
  }
  require(is_bad(record_of({{event.kind, event.payload + 'x'}})), "an event has an end");
  if (event.payload.empty()) return;
  require(is_bad(record_of({{event.kind, event.payload.substr(0, event.payload.size() - 1)}})),
          "an event that is cut is bad");
}

// The good ones before the first bad one, each as if it came alone.
void check_record(const std::vector<Event>& events) {
  const googletest::Record all = record_of(events);
  std::size_t parts = 0;
  std::size_t properties = 0;
  bool broken = false;
  for (const Event& event : events) {
    const googletest::Record one = record_of({event});
    broken = is_bad(one);
    parts += broken ? 0 : one.parts.size();
    properties += broken ? 0 : one.properties.size();
    if (broken) break;
  }
  require(broken == is_bad(all), "a bad event, and nothing else, breaks the protocol");
  for (const Event& event : events) check_alone(event);
  require(parts == all.parts.size() && properties == all.properties.size(),
          "good events are kept, and bad ones leave nothing");
  for (const auto& part : all.parts) {
    require(part.type >= testing::TestPartResult::kSuccess &&
                part.type <= testing::TestPartResult::kSkip &&
                part.phase <= googletest::Phase::kAfterEnd,
            "a part has a type and a phase");
  }
  for (const auto& property : all.properties)
    require(property.owner <= googletest::Owner::kProgram, "a property has a scope");
}

std::string frame(std::uint32_t sequence, std::uint16_t kind, std::string_view payload) {
  const FrameHead head{kFrameMagic, kind, 0, sequence, static_cast<std::uint32_t>(payload.size())};
  return std::string(reinterpret_cast<const char*>(&head), sizeof head).append(payload);
}

// [kind][length][payload] again and again.
void check_honest_guest(std::string_view input, std::uint8_t seed) {
  std::vector<Event> sent;
  std::string stream;
  while (!input.empty()) {
    const std::uint16_t kind = fuzz::take_byte(input);
    const std::size_t length = fuzz::take_byte(input);
    sent.push_back({kind, std::string(fuzz::take_bytes(input, length))});
    stream += frame(static_cast<std::uint32_t>(sent.size() - 1), kind, sent.back().payload);
  }
  stream += frame(static_cast<std::uint32_t>(sent.size()), kFinishedFrame, "");
  const FrameReader reader = read_in_pieces(stream, seed);
  require(same(reader.events(), sent), "what an honest guest sends arrives");
  require(reader.finished() && reader.broken().empty(), "an honest guest finishes",
          reader.broken());
  check_record(sent);
}

}  // namespace
}  // namespace cloister

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cloister;
  std::string_view input = fuzz::text_of(data, size);
  const std::uint8_t mode = fuzz::take_byte(input);
  if (mode % 2 == 1) {
    check_honest_guest(input, mode);
    return 0;
  }
  check_pieces(input, mode);
  FrameReader reader;
  reader.feed(input);
  check_record(reader.events());
  return 0;
}
