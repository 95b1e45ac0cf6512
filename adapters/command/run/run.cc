#include "adapters/command/run/run.h"

#include <fmt/format.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "adapters/command/output.h"
#include "adapters/command/run/audit.h"
#include "adapters/command/run/cells.h"
#include "adapters/command/run/console.h"
#include "adapters/command/run/discover.h"
#include "adapters/command/run/junit.h"
#include "adapters/command/run/linked.h"
#include "adapters/command/run/run_options.h"
#include "framework/config/settings.h"
#include "framework/config/unmatched.h"
#include "framework/options/options.h"
#include "framework/report/outcome_traits.h"
#include "framework/watch/room.h"

namespace cloister::command {
namespace {

enum Status : int {
  kAllPassed = 0,
  kSomeFailed = 1,
  kWrongUsage = 2,
  kNotAsked = 3,
  kNothingSelected = 4,
  kNoCells = kOwnFailure,
};

int complain(const Error& error, int status) {
  fmt::print(stderr, "cloister run: {}\n", error.text());
  return status;
}

// Text of any kind as an argument of CMake: between brackets of a length that it does not hold.
std::string in_brackets(std::string_view text) {
  std::string level = "=";
  while (text.find("]" + level + "]") != text.npos || text.ends_with("]" + level)) level += '=';
  return fmt::format("[{0}[{1}]{0}]", level, text);
}

// As cmake/CloisterAddTests.cmake reads it: one call for each test.
int print_calls(const std::vector<Selected>& tests) {
  for (const auto& [binary, test] : tests) {
    fmt::print("cloister_test({} {} {})\n",
               binary->kind != nullptr ? binary->kind->name() : kLinked, test->disabled,
               in_brackets(test->name));
  }
  return kAllPassed;
}

int print_list(const std::vector<Selected>& tests, bool as_json) {
  nlohmann::json list = nlohmann::json::array();
  for (const auto& [binary, test] : tests) {
    if (!as_json) {
      fmt::print("{}  {}{}\n", binary->program, test->name, test->disabled ? "  (disabled)" : "");
      continue;
    }
    list.push_back({{"binary", binary->program},
                    {"kind", binary->kind != nullptr ? binary->kind->name() : kLinked},
                    {"name", test->name},
                    {"disabled", test->disabled}});
  }
  using nlohmann::json;
  if (as_json)
    fmt::print("{}\n", json{{"tests", list}}.dump(1, ' ', false, json::error_handler_t::replace));
  return kAllPassed;
}

// One run, from the selected tests to the exit status.
class Run {
 public:
  Run(const RunOptions& options, const Options& settings, const std::vector<Selected>& tests)
      : options_(options),
        settings_(settings),
        tests_(tests),
        console_(tests,
                 ::isatty(options.audit ? STDERR_FILENO : STDOUT_FILENO) != 0 &&
                     ::getenv("NO_COLOR") == nullptr,
                 options.audit ? stderr : stdout),
        audit_(tests, link_target("/proc/self/cwd")) {}

  int to_its_end() { return tell(run_all()); }

  // Its one test on a host that was not tried before. Nothing, and nothing is shown, where that
  // does not tell all that a run is to tell.
  std::optional<int> at_once() {
    std::optional<Attempt> only;
    RunEvents events = shown();
    events.ended = [&only](Attempt&& attempt) { only = std::move(attempt); };
    std::string noted;  // before the test has begun
    bool begun = false;
    events.started = [&](std::uint32_t test) {
      begun = true;
      events.noted(std::exchange(noted, ""));
      console_.started(test);
    };
    events.noted = [&](const std::string& line) {
      begun ? fmt::print(stderr, "{}", line) : void(noted += line);
    };
    CellsOrder order = order_of_cells();
    order.jobs = 1;
    order.which = {ordered(0)};
    order.services = order.which.front().services;
    const auto signal = run_in_cells(order, events, ProbeDepth::kNothing);
    if (!signal) return std::nullopt;
    if (only && (only->verdict == Verdict::kNoCell || only->is_of_others)) return std::nullopt;
    if (!only && *signal == 0) return std::nullopt;
    if (only) take(std::move(*only));
    return tell(signal);
  }

 private:
  int tell(const Result<int>& signal) {
    const auto wall = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - begin_);
    const bool interrupted = signal && *signal != 0;
    if (interrupted) console_.interrupted();
    note_those_not_run();
    console_.summary(wall, interrupted);
    if (!options_.junit.empty()) {
      if (auto written = write_junit(options_.junit, tests_, attempts_, beside_); !written)
        return complain(written.error(), kSomeFailed);
    }
    if (!signal) return complain(signal.error(), kNoCells);
    if (options_.audit) {
      fmt::print("{}", options_.toml   ? audit_.toml()
                       : options_.json ? audit_.json(attempts_)
                                       : audit_.text());
    }
    if (interrupted) return kBySignal + *signal;
    if (console_.bad() > 0) return kSomeFailed;
    return console_.count(Verdict::kPass) == 0 ? options_.skip_status : kAllPassed;
  }

  RunEvents shown() {
    return {[this](std::uint32_t test) { console_.started(test); },
            [this](Attempt&& attempt) { take(std::move(attempt)); },
            [](const std::string& line) { fmt::print(stderr, "{}", line); },
            [this](const Binary& binary, const std::string& words) { take_beside(binary, words); }};
  }
  CellsOrder order_of_cells() const {
    return {.tests = tests_,
            .which = {},
            .flags = options_.flags,
            .jobs = settings_.jobs > 0 ? settings_.jobs : processors(),
            .fill_processors = settings_.fill_processors,
            .fail_fast = options_.fail_fast,
            .require = settings_.require};
  }
  OrderedTest ordered(std::uint32_t number) const {
    const std::string& name = tests_[number].test->name;
    CellConfig config = config_of_run(settings_, name);
    config.scope.reset();  // is for programs that are linked with Cloister: docs/SCOPES.md
    return {number, config, services_of(settings_, name)};
  }

  // Binaries that make their cells themselves come first, one after the other; then all other
  // tests, together: so never more than --jobs tests run at once.
  // 0, or the signal that broke them off.
  Result<int> run_all() {
    const RunEvents events = shown();
    CellsOrder order = order_of_cells();
    std::vector<LinkedOrder> linked;
    const Binary* last = nullptr;
    for (std::uint32_t i = 0; i < tests_.size(); ++i) {
      const Binary* binary = tests_[i].binary;
      if (binary->kind == nullptr) {
        if (binary != last)
          linked.push_back({tests_, {}, options_.cell_flags, options_.flags, options_.fail_fast});
        last = binary;
        linked.back().which.push_back(i);
        continue;
      }
      order.which.push_back(ordered(i));
    }
    for (const LinkedOrder& one : linked) {
      const auto signal = run_linked(one, events);
      if (!signal || *signal != 0 || stopped()) return signal;
    }
    if (order.which.empty()) return 0;
    order.services = services_of_any(settings_, [&](const TestPattern& pattern) {
      return std::ranges::any_of(order.which, [&](const OrderedTest& test) {
        return pattern.matches(tests_[test.number].test->name);
      });
    });
    return run_in_cells(order, events);
  }

  bool stopped() const { return options_.fail_fast && console_.bad() > 0; }

  void take(Attempt&& attempt) {
    console_.ended(attempt);
    if (options_.audit) audit_.take(attempt);
    for (const std::string& words : attempt.beside)
      take_beside(*tests_[attempt.test].binary, words);
    attempts_.push_back(std::move(attempt));
  }

  // Each test of a program may tell of the same: it is said once.
  void take_beside(const Binary& binary, const std::string& words) {
    if (beside_[&binary].insert(words).second) console_.failed_beside(binary, words);
  }

  void note_those_not_run() {
    std::vector<bool> known(tests_.size());
    for (const Attempt& attempt : attempts_) known[attempt.test] = true;
    for (std::uint32_t i = 0; i < tests_.size(); ++i) {
      if (known[i]) continue;
      Attempt attempt;
      attempt.test = i;
      take(std::move(attempt));
    }
  }

  const RunOptions& options_;
  const Options& settings_;
  const std::vector<Selected>& tests_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  Console console_;
  AuditBook audit_;
  std::vector<Attempt> attempts_;
  FailuresBeside beside_;
};

// False, having said so, where an override or a service is for no test of any binary.
bool all_filters_match(const Options& settings,
                       const std::vector<std::unique_ptr<Binary>>& binaries) {
  std::vector<std::string_view> names;
  for (const auto& binary : binaries) {
    for (const Test& test : binary->tests) names.push_back(test.name);
  }
  auto sentences = unmatched_overrides(settings.file.name, settings.file.overrides, names);
  std::ranges::move(unmatched_overrides("--override", settings.overrides, names),
                    std::back_inserter(sentences));
  std::ranges::move(unmatched_services(settings.file.name, settings.file.services, names),
                    std::back_inserter(sentences));
  for (const std::string& sentence : sentences) fmt::print(stderr, "cloister run: {}\n", sentence);
  return sentences.empty();
}

// 0, or the exit status. Whoever asks has ended when this returns: linked binaries make their cells
// themselves, and want what it holds of the host.
int ask_all(const RunOptions& options, const Options& settings,
            std::vector<std::unique_ptr<Binary>>& binaries) {
  const Discovery how{options.kind, options.flags,
                      parse_duration(options.ask_timeout).value_or(std::chrono::seconds(10))};
  // Nobody knows yet which tests there are: those of every test.
  std::vector<SharedService> services = settings.file.services;
  std::erase_if(services, [](const SharedService& each) { return each->filter != "*"; });
  auto questions = Questions::begin(std::move(services));
  if (!questions) return complain(questions.error(), kNoCells);
  for (const std::string& program : options.binaries) {
    auto binary = discover(program, how, *questions);
    if (!binary) {
      const int signal = questions->interrupted();
      return complain(binary.error(), signal != 0 ? kBySignal + signal : kNotAsked);
    }
    binaries.push_back(std::move(*binary));
  }
  return 0;
}

// One test that its name and the kind of its binary tell all of, as CTest has it: neither is the
// binary asked for its tests, nor the host tried, before it runs. Nothing where that is not so.
std::optional<int> run_at_once(const RunOptions& options, const Options& settings) {
  const Choice& choice = options.choice;
  const Kind* kind = kind_named(options.kind);
  const bool is_one = options.binaries.size() == 1 && choice.names.size() == 1 &&
                      choice.shards == 1 && !options.list;
  // An override may be for another test; how little memory holds a cell takes a trial.
  if (!is_one || kind == nullptr || options.kind == kLinked || !settings.file.overrides.empty() ||
      !settings.overrides.empty() || settings.config.memory || settings.file.config.memory ||
      settings.config.memory_high || settings.file.config.memory_high)
    return std::nullopt;
  auto test = kind->named(choice.names.front());
  if (!test) return std::nullopt;
  const Binary binary{options.binaries.front(), kind, {std::move(*test)}};
  const std::vector<Selected> tests = {{&binary, &binary.tests.front()}};
  return Run(options, settings, tests).at_once();
}

int run(const RunOptions& options) {
  const auto settings = parse_options(options.cell_flags, ::getenv, read_config);
  if (!settings) {
    fmt::print(stderr, "{}\n", settings.error());
    return kWrongUsage;
  }
  if (auto fits = check_limits(); !fits) return complain(fits.error(), kNoCells);
  if (const auto status = run_at_once(options, *settings)) return *status;
  std::vector<std::unique_ptr<Binary>> binaries;
  if (const int status = ask_all(options, *settings, binaries); status != 0) return status;
  Choice choice = options.choice;
  if (options.list) choice.disabled = true;
  const auto tests = choose(binaries, choice);
  if (!tests) return complain(tests.error(), kNothingSelected);
  if (options.list && options.cmake) return print_calls(*tests);
  if (options.list) return print_list(*tests, options.json);
  if (!all_filters_match(*settings, binaries)) return kWrongUsage;
  if (tests->empty()) {
    return complain({"run anything: no test is selected", 0, "--list shows all tests"},
                    kNothingSelected);
  }
  for (const Selected& selected : *tests) {
    if (selected.test->refusal.empty()) continue;
    return complain(
        {fmt::format("run the tests of '{}': {}", selected.binary->program, selected.test->refusal),
         0, "or leave it out with --filter"},
        kNotAsked);
  }
  return Run(options, *settings, *tests).to_its_end();
}

void add(CLI::App* command, bool audit, const std::vector<std::string>& flags,
         std::function<int()>& chosen) {
  auto options = std::make_shared<RunOptions>();
  options->flags = flags;
  options->audit = audit;
  command->preparse_callback([command, options](std::size_t) {
    declare(*command, *options);
    command->footer(options->audit ? audit_help() : run_help());
  });
  command->callback([command, options, &chosen] {
    complete(*command, *options);
    chosen = [options] { return run(*options); };
  });
}

}  // namespace

void add_run(CLI::App& app, const std::vector<std::string>& flags, std::function<int()>& chosen) {
  add(app.add_subcommand("run", "runs test binaries of any framework, each test in its own cell"),
      false, flags, chosen);
  add(app.add_subcommand("audit", "runs tests, and prints which files and addresses they use"),
      true, flags, chosen);
}

}  // namespace cloister::command
