#include "adapters/googletest/warden.h"

#include <errno.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <new>
#include <ranges>

#include "adapters/googletest/before_the_run.h"
#include "adapters/googletest/configuration.h"
#include "adapters/googletest/coverage.h"
#include "adapters/googletest/report_sink.h"
#include "adapters/googletest/test_source.h"
#include "framework/host/needed_paths.h"
#include "framework/host/table.h"
#include "framework/kernel/process_mark.h"
#include "framework/run/fork_warden.h"
#include "framework/run/run.h"

namespace cloister::googletest {
namespace {

// What the command line names, data of the tests for example, they shall see.
Host open_host_for(const WardenOrders& orders) {
  Host host = open_host(ProbeDepth::kDefaultCell, coverage_files());
  for (const std::string& argument : orders.options.arguments) need_named_in(host.facts, argument);
  return host;
}

// One file behind stdout and stderr: a terminal, or 2>&1.
bool streams_are_one() {
  struct stat out;
  struct stat err;
  return ::fstat(STDOUT_FILENO, &out) == 0 && ::fstat(STDERR_FILENO, &err) == 0 &&
         out.st_dev == err.st_dev && out.st_ino == err.st_ino;
}

// Everything a warden has, in one object that is never destroyed in a guest.
struct Warden {
  WardenOrders orders;
  Outbox outbox;
  Host host;
  TestSource source;
  ReportSink sink;

  Warden(const WardenOrders& given, Fd socket)
      : orders(given),
        outbox(std::move(socket)),
        host(open_host_for(given)),
        source(orders.options, orders.registry, orders.tests, host.facts,
               orders.sets_up_environments),
        sink(orders.registry, source, outbox) {}
};
Warden* the_warden = nullptr;

// Those that at least one of its tests needs.
std::vector<SharedService> services_of_run(const WardenOrders& orders) {
  return services_of_any(orders.options, [&](const TestPattern& pattern) {
    return std::ranges::any_of(orders.tests, [&](TestId id) {
      return pattern.matches(full_name(orders.registry.test(id)));
    });
  });
}

GuestCall run_tests(const WardenOrders& orders, std::vector<HeldDescriptor> held, Fd socket,
                    void (*in_warden)()) {
  in_warden();
  the_warden = new Warden(orders, std::move(socket));
  if (orders.announce_losses && !the_warden->host.want)
    fmt::print(stderr, "{}", losses_text(the_warden->host.facts));
  WatchOptions options = at_once(orders.options, the_warden->host.facts);
  options.guests = {.join_output = streams_are_one(),
                    .will_exec = orders.options.launch == Launch::kExec,
                    .held = std::move(held)};
  if (auto guest = run_tasks(the_warden->host, std::move(options), the_warden->source,
                             the_warden->sink, the_warden->outbox, services_of_run(orders)))
    return *guest;
  the_warden->host.builder.reset();
  ::_exit(0);
}

const char* own_words() {
  return process_mark() == ProcessMark::kWarden ? "the warden, which starts the tests, cannot go on"
                                                : "a test cannot be started";
}

// What is thrown here must not reach GoogleTest, which would go on to the end of the user's main().
GuestCall live_as_warden(const WardenOrders& orders, std::vector<HeldDescriptor> held, Fd socket,
                         void (*in_warden)()) {
  ::setsid();  // Ctrl-C is for the keeper, whose end is seen by the end of its socket
  mark_process(ProcessMark::kWarden);
  try {
    return run_tests(orders, std::move(held), std::move(socket), in_warden);
  } catch (const std::bad_alloc&) {
    ::dprintf(STDERR_FILENO,
              "cloister: %s: no memory is left for it; raise its limit (ulimit -v)\n", own_words());
  } catch (const std::exception& error) {
    ::dprintf(STDERR_FILENO, "cloister: %s: %s\n", own_words(), error.what());
  }
  ::_exit(1);
}

}  // namespace

std::variant<WardenLink, GuestCall> start_warden(const WardenOrders& orders, void (*in_warden)()) {
  auto held = held_in_tests(orders.options.launch, orders.results);
  // Where other threads exist, one of them may hold the lock of a FILE for ever; what executes a
  // program loses the buffers of all.
  if (orders.options.launch == Launch::kExec) {
    fflush(stdout);
    fflush(stderr);
  } else {
    fflush(nullptr);
  }
  auto forked = fork_warden();
  if (!forked) return WardenLink{-1, Fd(), forked.error().text()};
  if (forked->pid == 0)
    return live_as_warden(orders, std::move(held), std::move(forked->socket), in_warden);
  return WardenLink{forked->pid, std::move(forked->socket), ""};
}

std::string configuration_text(const Options& options) {
  if (options.file.name.empty()) return "";
  const std::string profile =
      options.profile.empty() ? "" : fmt::format(" (profile {})", options.profile);
  return fmt::format("configuration: {}{}\n", options.file.name, profile);
}

std::string explain_tests(const WardenOrders& orders) {
  Host host = open_host_for(orders);
  std::string text = configuration_text(orders.options) + losses_text(host.facts);
  TestSource source(orders.options, orders.registry, orders.tests, host.facts,
                    orders.sets_up_environments);
  for (auto group = source.take_group(); !group.empty(); group = source.take_group()) {
    for (const TestId id : group) text += full_name(orders.registry.test(id)) + "\n";
    const TestId first = group.front();
    const auto plan = source.plan_of(first);
    text += plan ? explain(**plan, first) : fmt::format("  cloister: {}\n", plan.error().text());
    const std::string origins = origins_text(orders.registry.test(first), orders.options);
    text += origins;
    // The same settings may have been set elsewhere for others.
    for (const TestId id : group | std::views::drop(1)) {
      const std::string own = origins_text(orders.registry.test(id), orders.options);
      if (own != origins)
        text += fmt::format("  {}:\n{}", full_name(orders.registry.test(id)), own);
    }
  }
  return text;
}

}  // namespace cloister::googletest
