// cloister::run_all_tests(): decides whether the tests get cells, or run as without Cloister.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

#include <cloister/gtest.h>

#include "adapters/googletest/before_the_run.h"
#include "adapters/googletest/configuration.h"
#include "adapters/googletest/coverage.h"
#include "adapters/googletest/doctor.h"
#include "adapters/googletest/floating_point.h"
#include "adapters/googletest/guest_arguments.h"
#include "adapters/googletest/keeper.h"
#include "adapters/googletest/listeners.h"
#include "adapters/googletest/result_stream.h"
#include "adapters/googletest/started_again.h"
#include "framework/kernel/fd.h"
#include "framework/kernel/standard_streams.h"
#include "framework/options/options.h"
#include "framework/watch/room.h"

namespace cloister {
namespace {

constexpr int kWrongUsage = 2;

bool help_is_asked(const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments) {
    if (argument == "--help" || argument == "-h" || argument == "-?" || argument == "--gtest_help")
      return true;
  }
  return false;
}

// Before anything that stays open gets one of their numbers.
void fill_streams() {
  const auto filled = fill_standard_streams();
  if (filled) return;
  fmt::print(stderr, "cloister: {}\n", filled.error().text());
  exit(kWrongUsage);
}

// TracerPid of proc(5) names a debugger; valgrind runs the program inside itself.
bool debugged() {
  const std::string status = read_file("/proc/self/status").value_or("");
  const std::size_t tracer = status.find("TracerPid:\t");
  if (tracer != std::string::npos && status[tracer + strlen("TracerPid:\t")] != '0') return true;
  const char* preload = getenv("LD_PRELOAD");
  return preload != nullptr && strstr(preload, "vgpreload") != nullptr;
}

// What the run passes straight through; the sentence, where one is due, goes to stderr.
bool runs_plain(const Options& options, const std::vector<std::string>& arguments) {
  if (GTEST_FLAG_GET(list_tests) || help_is_asked(arguments)) return true;
  const char* reason = !options.enabled                   ? "--cloister=off"
                       : GTEST_FLAG_GET(break_on_failure) ? "--gtest_break_on_failure is set"
                       : debugged()                       ? "a debugger or valgrind is attached"
                                                          : nullptr;
  if (reason == nullptr) return false;
  if (options.enabled)
    fmt::print(stderr, "cloister: note: {}: the tests run without cells\n", reason);
  if (!options.file.services.empty()) {
    fmt::print(stderr, "cloister: note: {}: no [[service]] of {} is started\n", reason,
               options.file.name);
  }
  return true;
}

// Settings that would be lost without a word end the run. Where `cloister run` has started this
// program, it has looked whether an override matches a test of any of its programs.
void refuse_unmatched(const Options& options) {
  std::vector<std::string> sentences = googletest::unmatched_code();
  if (!googletest::ResultStream::is_asked_for())
    std::ranges::move(googletest::unmatched_in(options), std::back_inserter(sentences));
  for (const std::string& sentence : sentences) fmt::print(stderr, "cloister: {}\n", sentence);
  if (!sentences.empty()) exit(kWrongUsage);
}

}  // namespace

int run_all_tests() {
  // The re-executed half of a threadsafe death test: it is inside a cell already, from which the
  // configuration file may not be seen.
  if (!GTEST_FLAG_GET(internal_run_death_test).empty()) return RUN_ALL_TESTS();
  googletest::save_floating_point();
  auto started = take_over();
  if (!started) {
    fmt::print(stderr, "cloister: {}\n", started.error().text());
    exit(kWrongUsage);
  }
  if (*started) googletest::run_started_again(std::move(**started));
  const std::vector<std::string> arguments = testing::internal::GetArgvs();
  auto options = parse_options(arguments, ::getenv, read_config);
  if (!options) {
    fmt::print(stderr, "{}\n", options.error());
    exit(kWrongUsage);
  }
  if (options->enabled) fill_streams();
  if (options->doctor) return googletest::run_doctor();
  if (help_is_asked(arguments)) fmt::print("{}", options_help());
  if (runs_plain(*options, arguments)) {
    googletest::make_guest_listeners_ordinary();
    googletest::restore_floating_point();
    return RUN_ALL_TESTS();
  }
  refuse_unmatched(*options);
  if (auto fits = check_limits(); !fits && !options->explain) {
    fmt::print(stderr, "cloister: {}; --cloister=off runs the tests without cells\n",
               fits.error().text());
    exit(kWrongUsage);
  }
  options->launch = googletest::decide_launch(*options);
  const bool anew = options->launch == Launch::kExec;
  auto own = anew ? command_line() : Result<std::vector<std::string>>(arguments);
  if (own) own = googletest::for_guests(*own);
  if (!own) {
    fmt::print(stderr, "cloister: {}\n", own.error().text());
    exit(kWrongUsage);
  }
  options->arguments = std::move(*own);
  googletest::prepare_coverage();
  return googletest::Keeper::instance().run(*options);
}

}  // namespace cloister
