#include "framework/host/table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace cloister {
std::string cgroups_text(const HostFacts& facts) {
  std::string text;
  for (const CgroupBase& base : facts.cgroups) {
    text += fmt::format("cgroup v{} below '{}'\n", base.version == CgroupVersion::kV1 ? 1 : 2,
                        base.group);
  }
  return text.empty() ? "no cgroups\n" : text;
}

std::vector<FacilityRow> facts_rows(const HostFacts& facts) {
  std::vector<FacilityRow> rows;
  for (const FacilityInfo& info : facilities()) {
    FacilityRow row{info.name, is_default(info.facility), "yes", "", ""};
    if (const Loss* loss = facts.loss_of(info.facility)) {
      const std::string_view instead = info.substitute;
      row.answer = instead.empty() ? "no" : "partly";
      row.why = fmt::format("{}{}{}", instead, instead.empty() ? "" : ": ", loss->why);
      row.cure = loss->cure;
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string facts_table(const HostFacts& facts) {
  std::string text;
  for (const FacilityRow& row : facts_rows(facts)) {
    text += fmt::format("{:<26}{}", row.facility, row.answer);
    text += row.why.empty()
                ? "\n"
                : fmt::format("{:<{}}{}; {}\n", "", 8 - row.answer.size(), row.why, row.cure);
  }
  return text + cgroups_text(facts);
}

std::string losses_text(const HostFacts& facts) {
  // One line per cause: a host without user namespaces lacks ten things for one reason.
  std::vector<std::pair<const Loss*, std::vector<std::string_view>>> causes;
  for (const Loss& loss : facts.losses) {
    if (!is_default(loss.facility) || is_backstop(loss.facility)) continue;
    const auto same = std::ranges::find_if(causes, [&](const auto& cause) {
      return cause.first->why == loss.why && cause.first->cure == loss.cure;
    });
    if (same == causes.end()) {
      causes.push_back({&loss, {facility_name(loss.facility)}});
    } else {
      same->second.push_back(facility_name(loss.facility));
    }
  }
  std::string text;
  if (!facts.lost_directory.empty())
    text = fmt::format("cloister: note: tests begin in '/': {}\n", facts.lost_directory);
  for (const auto& [loss, names] : causes) {
    text += fmt::format("cloister: note: no {} on this host: {}; {}\n", fmt::join(names, ", no "),
                        loss->why, loss->cure);
  }
  return text;
}

}  // namespace cloister
