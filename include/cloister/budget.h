// Budgets as assertions: what a block of a test may use.
//
//   TEST(Parser, IsFrugal) {
//     EXPECT_WITHIN_BUDGET({.memory = 8_MiB, .cpu = 200ms});   // until the end of this block
//     parse(large_document());
//   }
//
// In C++17: EXPECT_WITHIN_BUDGET(cloister::Budget{}.with_memory(8_MiB)).
#pragma once

#include <chrono>
#include <optional>

#include <cloister/unique_name.h>
#include <cloister/units.h>

namespace cloister {

struct Budget {
  // How far this process's peak resident memory may rise above its value at the start (VmHWM and
  // VmRSS, proc(5)). Exact to the page with one thread, to 256 KiB with several. Excludes files in
  // tmpfs and children: cap those with CellConfig::memory.
  std::optional<Bytes> memory{};
  // Processor time of this process, all its threads, and the children that it waits for.
  std::optional<std::chrono::microseconds> cpu{};
  std::optional<std::chrono::microseconds> wall{};

  Budget& with_memory(Bytes value) {
    memory = value;
    return *this;
  }
  Budget& with_cpu(std::chrono::microseconds value) {
    cpu = value;
    return *this;
  }
  Budget& with_wall(std::chrono::microseconds value) {
    wall = value;
    return *this;
  }
};

// What EXPECT_WITHIN_BUDGET declares. It measures from its construction to its destruction, which
// adds a non-fatal failure for each part of the budget that was exceeded. Scopes may nest.
class BudgetScope {
 public:
  BudgetScope(const Budget& budget, const char* file, int line);
  BudgetScope(const BudgetScope&) = delete;
  BudgetScope& operator=(const BudgetScope&) = delete;
  ~BudgetScope();

 private:
  Budget budget_;
  const char* file_;
  int line_;
  BudgetScope* outer_;
  std::chrono::microseconds cpu_start_{};
  std::chrono::steady_clock::time_point wall_start_;
  Bytes memory_start_;
  Bytes memory_peak_;  // as far as known: a nested scope resets the kernel's own peak
};

}  // namespace cloister

#define EXPECT_WITHIN_BUDGET(...)                                                         \
  const ::cloister::BudgetScope CLOISTER_UNIQUE_(cloister_budget_, __LINE__)(__VA_ARGS__, \
                                                                             __FILE__, __LINE__)
