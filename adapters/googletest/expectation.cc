// Whether a test ended as it said it would, and the words for both.
#include <fmt/format.h>
#include <string.h>

#include "adapters/googletest/messages.h"
#include "framework/report/outcome_traits.h"

namespace cloister::googletest {
namespace {

std::string signal_name(int number) {
  const char* name = sigabbrev_np(number);
  return name != nullptr ? fmt::format("SIG{}", name) : fmt::format("signal {}", number);
}

}  // namespace

std::string end_words(const ExpectedEnd& end) {
  const OutcomeInfo& info = kOutcomes[end.outcome];
  const bool by_signal = info.name == OutcomeTraits<Signaled>::kName;
  return fmt::format(fmt::runtime(info.expect),
                     by_signal ? signal_name(end.number) : std::to_string(end.number));
}

bool is_met(const ExpectedEnd& end, const Outcome& outcome) {
  bool met = outcome.index() == end.outcome;
  fields_of(outcome, [&]<typename Value>(const char*, const Value& value) {
    if constexpr (std::is_same_v<Value, int>) met = met && value == end.number;
  });
  return met;
}

}  // namespace cloister::googletest
