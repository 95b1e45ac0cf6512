#include "adapters/command/exec_warden.h"

#include <errno.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "adapters/command/cell_options.h"
#include "adapters/command/libraries.h"
#include "adapters/command/output.h"
#include "framework/host/plan_here.h"
#include "framework/host/table.h"
#include "framework/kernel/files_of_command.h"
#include "framework/plan/caps.h"
#include "framework/report/encode.h"
#include "framework/run/run.h"

namespace cloister::command {
namespace {

// As a shell has them.
constexpr int kCannotExecute = 126;
constexpr int kNotFound = 127;

// First byte of a message.
constexpr char kStarted = 's';
constexpr char kStopped = 'z';
constexpr char kEnded = 'r';

Result<CellPlan> plan_of(const ExecOptions& options, const HostFacts& facts) {
  return plan_here(options.request, facts, options.require ? "--require" : "");
}

class OneCommand final : public CellSource {
 public:
  OneCommand(const ExecOptions& options, const HostFacts& facts)
      : options_(options), facts_(facts) {}
  NextTask next() override {
    if (std::exchange(given_, true)) return NoMore{};
    // Names that are made of its pid are as unique as outside.
    return CellTask{0, shared(plan_of(options_, facts_)), ::getpid()};
  }

 private:
  const ExecOptions& options_;
  const HostFacts& facts_;
  bool given_ = false;
};

// One command has no neighbours, and its user knows that it runs: of collisions, shortages and slow
// cells there is nothing to tell.
class ToKeeper final : public EventSink {
 public:
  ToKeeper(const ExecOptions& options, Outbox& outbox) : options_(options), outbox_(outbox) {}
  std::string name_of_failed(const CellRef&, CellReport& report) override {
    if (options_.command.empty() || has_succeeded(report)) return "";
    return std::filesystem::path(options_.command.front()).filename().string();
  }

 private:
  void on(CellEndEvent&& end) override { outbox_.put(kEnded + encode(end.report)); }
  void on(GuestStartEvent&& start) override {
    std::string message(1, kStarted);
    message.append(reinterpret_cast<const char*>(&start.guest), sizeof start.guest);
    outbox_.put(message);
    outbox_.flush();
  }
  void on(GuestStopEvent&&) override {
    outbox_.put(std::string(1, kStopped));
    outbox_.flush();
  }

  const ExecOptions& options_;
  Outbox& outbox_;
};

// The caps that were asked for and that a command can lift which may mount its own groups:
// cgroup_namespaces(7). A line, or nothing.
std::string liftable_text(const CellRequest& request) {
  if (!request.keeps_capabilities()) return "";
  std::vector<std::string> options;
  for (const Cap& cap : cgroup_caps()) {
    if (cap.is_asked(request.config)) options.push_back(option_name(cap.setting));
  }
  if (options.empty()) return "";
  return fmt::format(
      "cloister exec: note: the command has every capability over its cell, and can lift what {} "
      "caps; --no-privileged takes them away\n",
      fmt::join(options, ", "));
}

// A program below /tmp must stay visible there, and what it is loaded with.
void keep_visible(const std::string& command, HostFacts& facts) {
  for (const std::string& file : files_of_command(command)) need_program(facts, file);
}

// Everything a warden has, in one object that is never destroyed in the guest.
struct Warden {
  const ExecOptions& options;
  Outbox outbox;
  Host host;
  OneCommand source;
  ToKeeper sink;

  Warden(const ExecOptions& given, Fd keeper)
      : options(given),
        outbox(std::move(keeper)),
        host(open_host()),
        source(options, host.facts),
        sink(options, outbox) {
    if (!options.command.empty()) keep_visible(options.command.front(), host.facts);
  }
};

[[noreturn]] void become_command(const ExecOptions& options) {
  std::vector<std::string> environment = environment_of(options);
  std::vector<char*> variables;
  variables.reserve(environment.size() + 1);
  for (std::string& variable : environment) variables.push_back(variable.data());
  variables.push_back(nullptr);
  std::vector<std::string> words = options.command;
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  environ = variables.data();
  ::execvp(argv[0], argv.data());
  const int error = why_not_executed(words[0], errno);
  fmt::print(stderr, "cloister exec: cannot execute '{}': {}; {}\n", words[0], errno_text(error),
             error == ENOENT
                 ? "name a program that is visible in the cell (--explain shows its view)"
                 : "name a file that may be executed");
  fflush(stderr);
  ::_exit(error == ENOENT ? kNotFound : kCannotExecute);
}

[[noreturn]] void print_plan(const Warden& warden) {
  const auto plan = plan_of(warden.options, warden.host.facts);
  fmt::print("{}", plan ? explain(*plan, 0) : "");
  if (!plan) fmt::print(stderr, "cloister exec: {}\n", plan.error().text());
  ::_exit(with_output_written(plan ? 0 : 1));
}

// What the terminal sends is for the command, and what stops the caller's job must not stop this.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  ::sigprocmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

bool has_succeeded(const CellReport& report) {
  const auto* exited = std::get_if<Exited>(&report.outcome);
  return exited != nullptr && exited->status == 0;
}

void live_as_warden(const ExecOptions& options, Fd keeper, const sigset_t& caller_mask) {
  auto* warden = new Warden(options, std::move(keeper));
  if (!options.quiet && !warden->host.want) {
    fmt::print(stderr, "{}{}", losses_text(warden->host.facts), liftable_text(options.request));
  }
  if (options.explain) print_plan(*warden);
  block_signals();
  if (run_tasks(warden->host, {.jobs = 1, .guest_mask = caller_mask}, warden->source, warden->sink,
                warden->outbox))
    become_command(options);
  warden->host.builder.reset();
  fflush(nullptr);
  ::_exit(0);
}

std::optional<WardenNews> hear_warden(const Fd& warden) {
  const auto message = read_message(warden);
  if (!message || message->empty()) return std::nullopt;
  const std::string_view payload = std::string_view(*message).substr(1);
  switch (message->front()) {
    case kStarted: {
      Started started;
      memcpy(&started.command, payload.data(), std::min(payload.size(), sizeof started.command));
      return started;
    }
    case kStopped:
      return Stopped{};
    default:
      if (auto report = decode_report(payload)) return std::move(*report);
      return std::nullopt;
  }
}

}  // namespace cloister::command
