#include "adapters/googletest/ledger.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <string>

#include "framework/report/words.h"

namespace cloister::googletest {

namespace {

// What an audit has seen, where there was one.
void record_audit(const Audit& audit) {
  constexpr std::size_t kNamed = 64;
  const auto paths_of = [&](std::uint8_t uses) {
    std::vector<std::string> paths;
    for (const UsedPath& path : audit.paths) {
      if ((path.uses & uses) != 0 && paths.size() < kNamed) paths.push_back(printable(path.path));
    }
    return paths;
  };
  const std::pair<const char*, std::vector<std::string>> lists[] = {
      {"cloister_read", paths_of(kRead | kListed)},
      {"cloister_wrote", paths_of(kWritten)},
      {"cloister_executed", paths_of(kExecuted)},
      {"cloister_called", audit.addresses}};
  for (const auto& [key, list] : lists) {
    if (!list.empty()) testing::Test::RecordProperty(key, fmt::format("{}", fmt::join(list, ", ")));
  }
}

}  // namespace

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
  for (const auto& [key, value] : lines) testing::Test::RecordProperty(key, std::to_string(value));
  if (const std::string changes = changes_text(record.cell.files); !changes.empty())
    testing::Test::RecordProperty("cloister_files", changes);
  record_audit(record.cell.audit);
  const std::vector<std::string> left = leftovers_text(record.cell, true);
  if (!left.empty())
    testing::Test::RecordProperty("cloister_left", fmt::format("{}", fmt::join(left, "; ")));
}

}  // namespace cloister::googletest
