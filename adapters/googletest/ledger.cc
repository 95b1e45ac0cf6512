#include "adapters/googletest/ledger.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <iterator>
#include <span>
#include <string>

#include "framework/report/words.h"

namespace cloister::googletest {

void record_ledger(const Record& record) {
  const Usage& usage = record.cell.usage;
  const auto time = [](std::chrono::microseconds t) {
    return static_cast<std::uint64_t>(t.count());
  };
  const std::pair<const char*, std::uint64_t> lines[] = {
      {"cloister_wall_us", time(usage.wall)},
      {"cloister_user_cpu_us", time(usage.user_cpu)},
      {"cloister_system_cpu_us", time(usage.system_cpu)},
      {"cloister_throttled_us", time(usage.throttled)},
      {"cloister_peak_memory_bytes", usage.peak_memory.count},
      {"cloister_peak_processes", usage.peak_processes},
      {"cloister_io_read_bytes", usage.io_read.count},
      {"cloister_io_written_bytes", usage.io_written.count},
      {"cloister_tmpfs_bytes", usage.tmpfs.count},
      {"cloister_files_created", record.cell.files.created},
      {"cloister_files_changed", record.cell.files.changed},
      {"cloister_files_deleted", record.cell.files.deleted},
      {"cloister_files_written_bytes", record.cell.files.written.count}};
  // Of tests that share a cell, one has what the cell used. Every process has some memory.
  const bool is_whole = record.cell.tasks == 1 || usage.peak_memory.count > 0;
  for (const auto& [key, value] : std::span(lines).first(is_whole ? std::size(lines) : 1))
    testing::Test::RecordProperty(key, std::to_string(value));
  if (record.cell.tasks > 1)
    testing::Test::RecordProperty("cloister_tests_in_cell", std::to_string(record.cell.tasks));
  if (const std::string changes = changes_text(record.cell.files); !changes.empty())
    testing::Test::RecordProperty("cloister_files", changes);
  for (const auto& [key, value] : audit_properties(record.cell.audit))
    testing::Test::RecordProperty(key, value);
  const std::vector<std::string> left = leftovers_text(record.cell, true);
  if (!left.empty())
    testing::Test::RecordProperty("cloister_left", fmt::format("{}", fmt::join(left, "; ")));
}

}  // namespace cloister::googletest
