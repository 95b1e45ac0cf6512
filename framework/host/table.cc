#include "framework/host/table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace cloister {
namespace {

// What a host does in place of the facility; empty when it does nothing.
std::string_view substitute(Facility facility) {
  return facility == Facility::kCpuSet ? "by affinity, which a test can widen again" : "";
}

std::string by_which(const HostFacts& facts) {
  std::string text;
  for (const CgroupBase& base : facts.cgroups) {
    text += fmt::format("cgroup v{} below '{}'\n", base.version == CgroupVersion::kV1 ? 1 : 2,
                        base.group);
  }
  return text.empty() ? "no cgroups\n" : text;
}

}  // namespace

std::string facts_table(const HostFacts& facts) {
  std::string text;
  for (const Facility facility : kAllFacilities) {
    const Loss* loss = facts.loss_of(facility);
    std::string_view answer = "yes";
    std::string words;
    if (loss != nullptr) {
      const std::string_view instead = substitute(facility);
      answer = instead.empty() ? "no" : "partly";
      words =
          fmt::format("{}{}{}; {}", instead, instead.empty() ? "" : ": ", loss->why, loss->cure);
    }
    text += fmt::format("{:<26}{}", facility_name(facility), answer);
    text += words.empty() ? "\n" : fmt::format("{:<{}}{}\n", "", 8 - answer.size(), words);
  }
  return text + by_which(facts);
}

std::string losses_text(const HostFacts& facts) {
  // One line per cause: a host without user namespaces lacks ten things for one reason.
  std::vector<std::pair<const Loss*, std::vector<std::string_view>>> causes;
  for (const Loss& loss : facts.losses) {
    if (!is_default(loss.facility)) continue;
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
  for (const auto& [loss, names] : causes) {
    text += fmt::format("cloister: note: no {} on this host: {}; {}\n", fmt::join(names, ", no "),
                        loss->why, loss->cure);
  }
  return text;
}

}  // namespace cloister
