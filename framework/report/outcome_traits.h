// What is known about each outcome, one entry each. The compiler names an outcome without an entry.
// docs/HACKING.md lists what else a new outcome needs.
#pragma once

#include <signal.h>

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include <cloister/report.h>

#include "framework/report/verdict.h"

namespace cloister {

// If a signal ends a process, its exit status is this plus the signal's number, as in shells.
inline constexpr int kBySignal = 128;

// Members of each:
//   kName     in JSON and in records
//   kVerdict  of a test that ends this way although it should end otherwise
//   kLimit    the setting whose value ended it, and what that is called; "" if there is none
//   kExpect   as in "was expected to ...", by the test itself (cloister/expect_end.h); if missing,
//             no test can expect it
//   fields()  calls field(name, value) for each field, in the order of their bytes in a report
//   status()  the exit status of a process that ends this way, as in shells; nothing if there was
//             no process
template <typename Outcome>
struct OutcomeTraits;

struct LimitName {
  std::string_view setting{};
  std::string_view words{};
};
// What an entry does not say. It says at least its name.
struct OutcomeDefaults {
  static constexpr Verdict kVerdict = Verdict::kFail;
  static constexpr LimitName kLimit{};
  static constexpr std::string_view kExpect{};
  template <typename Outcome, typename Field>
  static void fields(Outcome&, Field) {}
  template <typename Outcome>
  static std::optional<int> status(const Outcome&) {
    return std::nullopt;
  }
};
struct WasKilled : OutcomeDefaults {
  template <typename Outcome>
  static std::optional<int> status(const Outcome&) {
    return kBySignal + SIGKILL;
  }
};
struct WithAReason : OutcomeDefaults {
  template <typename Outcome, typename Field>
  static void fields(Outcome& o, Field field) {
    field("why", o.why);
  }
};

template <>
struct OutcomeTraits<Finished> : OutcomeDefaults {
  static constexpr std::string_view kName = "finished";
  static std::optional<int> status(const Finished&) { return 0; }
};

template <>
struct OutcomeTraits<Exited> : OutcomeDefaults {
  static constexpr std::string_view kName = "exited";
  static constexpr std::string_view kExpect = "exit with status {}";
  template <typename Outcome, typename Field>
  static void fields(Outcome& o, Field field) {
    field("status", o.status);
  }
  static std::optional<int> status(const Exited& o) { return o.status; }
};

template <>
struct OutcomeTraits<Signaled> : OutcomeDefaults {
  static constexpr std::string_view kName = "signaled";
  static constexpr Verdict kVerdict = Verdict::kCrash;
  static constexpr std::string_view kExpect = "be killed by {}";
  template <typename Outcome, typename Field>
  static void fields(Outcome& o, Field field) {
    field("signal", o.signal);
    field("core_dumped", o.core_dumped);
  }
  static std::optional<int> status(const Signaled& o) { return kBySignal + o.signal; }
};

template <>
struct OutcomeTraits<TimedOut> : WasKilled {
  static constexpr std::string_view kName = "timed_out";
  static constexpr Verdict kVerdict = Verdict::kTimeout;
  static constexpr LimitName kLimit = {"deadline", "deadline"};
  static constexpr std::string_view kExpect = "reach its deadline";
  template <typename Outcome, typename Field>
  static void fields(Outcome& o, Field field) {
    field("deadline_ms", o.deadline);
  }
};

template <>
struct OutcomeTraits<OutOfMemory> : WasKilled {
  static constexpr std::string_view kName = "out_of_memory";
  static constexpr Verdict kVerdict = Verdict::kMemory;
  static constexpr LimitName kLimit = {"memory", "memory cap"};
  static constexpr std::string_view kExpect = "reach its memory cap";
  template <typename Outcome, typename Field>
  static void fields(Outcome& o, Field field) {
    field("cap", o.cap);
    field("memory", o.parts);
  }
};

template <>
struct OutcomeTraits<SetupFailed> : WithAReason {
  static constexpr std::string_view kName = "setup_failed";
  static constexpr Verdict kVerdict = Verdict::kNoCell;
};

template <>
struct OutcomeTraits<ProtocolBroken> : WithAReason {
  static constexpr std::string_view kName = "protocol_broken";
};

template <>
struct OutcomeTraits<OutOfCpuTime> : WasKilled {
  static constexpr std::string_view kName = "out_of_cpu_time";
  static constexpr Verdict kVerdict = Verdict::kCpuTime;
  static constexpr LimitName kLimit = {"cpu_time", "CPU-time deadline"};
  static constexpr std::string_view kExpect = "use up its processor time";
  template <typename Outcome, typename Field>
  static void fields(Outcome& o, Field field) {
    field("cap_ms", o.cap);
  }
};

template <>
struct OutcomeTraits<Interrupted> : WasKilled {
  static constexpr std::string_view kName = "interrupted";
};

// What all outcomes have, as values, indexed by their place in Outcome.
struct OutcomeInfo {
  std::string_view name;
  Verdict verdict{};
  LimitName limit{};
  std::string_view expect;
};
inline constexpr auto kOutcomes = []<std::size_t... kPlaces>(std::index_sequence<kPlaces...>) {
  return std::array{
      OutcomeInfo{OutcomeTraits<std::variant_alternative_t<kPlaces, Outcome>>::kName,
                  OutcomeTraits<std::variant_alternative_t<kPlaces, Outcome>>::kVerdict,
                  OutcomeTraits<std::variant_alternative_t<kPlaces, Outcome>>::kLimit,
                  OutcomeTraits<std::variant_alternative_t<kPlaces, Outcome>>::kExpect}...};
}(std::make_index_sequence<std::variant_size_v<Outcome>>{});

inline const OutcomeInfo& info_of(const Outcome& outcome) { return kOutcomes[outcome.index()]; }

// Calls field(name, value) for each field that the outcome has.
template <typename AnyOutcome, typename Field>
void fields_of(AnyOutcome& outcome, Field field) {
  std::visit([&field]<typename Each>(
                 Each& each) { OutcomeTraits<std::remove_const_t<Each>>::fields(each, field); },
             outcome);
}

inline std::optional<int> status_of(const Outcome& outcome) {
  return std::visit(
      []<typename Each>(const Each& each) { return OutcomeTraits<Each>::status(each); }, outcome);
}

}  // namespace cloister
