#include "framework/host/table.h"

#include <fmt/format.h>

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

}  // namespace cloister
