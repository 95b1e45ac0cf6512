#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>

#include <cloister/budget.h>

#include "framework/config/settings.h"
#include "framework/kernel/fd.h"

namespace cloister {
namespace {

BudgetScope* innermost = nullptr;  // of the main thread, where assertions about a test are made

Bytes status_kib(const char* key) {
  const std::string status = read_file("/proc/self/status").value_or("");
  const std::size_t at = status.find(key);
  return at == std::string::npos
             ? Bytes{}
             : Bytes{std::strtoull(status.c_str() + at + std::char_traits<char>::length(key),
                                   nullptr, 10) *
                     1024};
}

std::chrono::microseconds cpu_time() {
  std::chrono::microseconds sum{};
  for (const auto who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage used{};
    ::getrusage(who, &used);
    for (const timeval& time : {used.ru_utime, used.ru_stime})
      sum += std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  }
  return sum;
}

std::string milliseconds(std::chrono::microseconds time) {
  return fmt::format("{:.1f} ms", static_cast<double>(time.count()) / 1000);
}

void fail(const char* file, int line, const std::string& what, const std::string& used,
          const std::string& allowed) {
  ADD_FAILURE_AT(file, line) << "cloister: the block used " << used << " of " << what
                             << ", over its budget of " << allowed;
}

}  // namespace

BudgetScope::BudgetScope(const Budget& budget, const char* file, int line)
    : budget_(budget), file_(file), line_(line), outer_(innermost) {
  for (BudgetScope* scope = outer_; scope != nullptr; scope = scope->outer_)
    scope->memory_peak_ = std::max(scope->memory_peak_, status_kib("VmHWM:"));
  // 5 sets the peak to what is resident now: proc(5), clear_refs. Where that is refused, the peak
  // is the process's from its beginning, and only what goes beyond that can be seen.
  std::ignore = write_file("/proc/self/clear_refs", "5");
  memory_start_ = status_kib("VmRSS:");
  innermost = this;
  wall_start_ = std::chrono::steady_clock::now();
  cpu_start_ = cpu_time();
}

BudgetScope::~BudgetScope() {
  const auto cpu = cpu_time() - cpu_start_;
  const auto wall = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - wall_start_);
  const Bytes peak = std::max(memory_peak_, status_kib("VmHWM:"));
  innermost = outer_;
  const Bytes memory{peak.count - std::min(peak.count, memory_start_.count)};
  if (budget_.memory && *budget_.memory < memory)
    fail(file_, line_, "memory", bytes_text(memory), bytes_text(*budget_.memory));
  if (budget_.cpu && *budget_.cpu < cpu)
    fail(file_, line_, "processor time", milliseconds(cpu), milliseconds(*budget_.cpu));
  if (budget_.wall && *budget_.wall < wall)
    fail(file_, line_, "time", milliseconds(wall), milliseconds(*budget_.wall));
}

}  // namespace cloister
