#include "adapters/command/doctor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <stdio.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "framework/host/examine.h"
#include "framework/host/table.h"

namespace cloister::command {
namespace {

constexpr const char* kHelp =
    R"(usage: cloister doctor [--json]

Tries out what this host can give to cells, and prints a row per facility: yes,
no or partly, and why; then what to do about it, as lines to copy. Changes
nothing. Exits with 0 when a default cell lacks nothing here, else with 1: the
facilities after the first group are used on request only.

  --json     the same as JSON
  -h --help  this text

examples:
  cloister doctor
  cloister doctor >/dev/null || echo cells lack something here
)";

// COMMAND stands for what the tests are run by; here, for a shell to go on in.
std::string to_copy(std::string cure) {
  constexpr std::string_view kCommand = "COMMAND";
  if (const std::size_t at = cure.find(kCommand); at != std::string::npos)
    cure.replace(at, kCommand.size(), "$SHELL");
  return cure;
}

// Each cure once, with all that it gives.
using Cures = std::vector<std::pair<std::string, std::vector<std::string_view>>>;
Cures cures_of(const std::vector<FacilityRow>& rows) {
  Cures cures;
  for (const FacilityRow& row : rows) {
    if (row.cure.empty()) continue;
    const auto known = std::ranges::find(cures, row.cure, &Cures::value_type::first);
    if (known == cures.end()) {
      cures.emplace_back(row.cure, std::vector{row.facility});
    } else {
      known->second.push_back(row.facility);
    }
  }
  return cures;
}

std::string for_people(const HostFacts& facts) {
  const std::vector<FacilityRow> rows = facts_rows(facts);
  std::string text;
  bool in_defaults = true;
  for (const FacilityRow& row : rows) {
    if (std::exchange(in_defaults, row.is_default) && !row.is_default) text += "on request only:\n";
    text += fmt::format("{:<26}{:<8}{}", row.facility, row.answer, row.why);
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  text += cgroups_text(facts);
  for (const auto& [cure, facilities] : cures_of(rows))
    text += fmt::format("\nto have {}:\n  {}\n", fmt::join(facilities, ", "), to_copy(cure));
  return text;
}

std::string as_json(const HostFacts& facts) {
  nlohmann::ordered_json json{{"facilities", nlohmann::ordered_json::array()},
                              {"cgroups", nlohmann::ordered_json::array()}};
  for (const FacilityRow& row : facts_rows(facts)) {
    json["facilities"].push_back({{"name", row.facility},
                                  {"default", row.is_default},
                                  {"answer", row.answer},
                                  {"why", row.why},
                                  {"cure", to_copy(row.cure)}});
  }
  for (const CgroupBase& base : facts.cgroups) {
    json["cgroups"].push_back(
        {{"version", base.version == CgroupVersion::kV1 ? 1 : 2}, {"group", base.group}});
  }
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

int examine(bool json) {
  const auto examination = examine_host(json ? as_json : for_people);
  if (!examination) {
    fmt::print(stderr, "cloister doctor: {}\n", examination.error().text());
    return 1;
  }
  fmt::print("{}", examination->text);
  return examination->whole ? 0 : 1;
}

}  // namespace

void add_doctor(CLI::App& app, std::function<int()>& chosen) {
  CLI::App* doctor = app.add_subcommand(
      "doctor", "what this host can give to cells, and the cure for what it cannot");
  doctor->footer(kHelp);
  const auto json = std::make_shared<bool>(false);
  doctor->add_flag("--json", *json);
  doctor->callback([json, &chosen] { chosen = [json] { return examine(*json); }; });
}

}  // namespace cloister::command
