// What an audit says of a test that failed.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "framework/report/words.h"

namespace cloister {
namespace {

std::string meeting_words(const Meeting& meeting, const std::string& other) {
  const std::string path = printable(meeting.path);
  if (meeting.own_wrote && meeting.other_wrote)
    return fmt::format("it and {}, which was running, both wrote to '{}'", other, path);
  if (meeting.own_wrote)
    return fmt::format("it wrote to '{}' while {}, which read it, was running", path, other);
  return fmt::format("it read '{}' while {}, which wrote to it, was running", path, other);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> audit_properties(const Audit& audit) {
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
  std::vector<std::pair<std::string, std::string>> properties;
  for (const auto& [key, list] : lists) {
    if (!list.empty()) properties.emplace_back(key, fmt::format("{}", fmt::join(list, ", ")));
  }
  return properties;
}

std::vector<std::string> audit_notes(const CellReport& report,
                                     const std::function<std::string(std::uint32_t)>& name_of,
                                     std::string (*option)(std::string_view setting)) {
  const Audit& audit = report.audit;
  std::vector<std::string> notes;
  notes.reserve(audit.meetings.size() + 1);
  for (const Meeting& meeting : audit.meetings) {
    notes.push_back(fmt::format("{}; {}=keep gives each its own",
                                meeting_words(meeting, name_of(meeting.other)), option("files")));
  }
  if (audit.refused.empty()) return notes;
  const std::string paths = printable_list(audit.refused);
  notes.push_back(audit.is_declared
                      ? fmt::format("it asked for {}, which it does not declare ({}, {})", paths,
                                    option("inputs"), option("outputs"))
                      : fmt::format("it tried to write to {}, which is read-only ({})", paths,
                                    option("files")));
  return notes;
}

}  // namespace cloister
