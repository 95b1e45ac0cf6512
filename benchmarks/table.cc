#include "benchmarks/table.h"

#include <fmt/format.h>

#include <algorithm>

namespace cloister::benchmarks {
namespace {

std::optional<double> value_of(const Cost& cost, const Round& round) {
  if (cost.constant) return cost.constant;
  double sum = 0;
  for (const auto& [name, times] :
       {std::pair{cost.of, cost.times}, {cost.plus, 1.0}, {cost.less, -1.0}}) {
    if (name.empty()) continue;
    const auto found = round.find(name);
    if (found == round.end()) return std::nullopt;
    sum += times * found->second;
  }
  return sum / cost.per;
}

// The candidate that refused, by the names that begin a cost's.
std::string refusal_of(const Row& row, const Measured& measured) {
  for (const auto& [name, why] : measured.refused) {
    for (const std::string& part : {row.cost.of, row.cost.less, row.cost.plus, row.beside_cost.of,
                                    row.beside_cost.less, row.beside_cost.plus}) {
      if (part == name || part.starts_with(name + " ")) return fmt::format("{} {}", name, why);
    }
  }
  return "";
}

std::string cost_text(double value, const std::string& unit) {
  const double shown = unit == "ms" ? value * 1e3 : unit == "us" ? value * 1e6 : value;
  return fmt::format("{:.{}f} {}", shown, shown < 10 ? 2 : shown < 100 ? 1 : 0, unit);
}

std::string target_text(const Target& target) {
  return fmt::format("at {} {:g}", target.kind == Target::kAtMost ? "most" : "least", target.ratio);
}

}  // namespace

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

Figure figure_of(const Row& row, const Measured& measured) {
  if (!row.not_here.empty()) return {.refused = row.not_here};
  if (const std::string refused = refusal_of(row, measured); !refused.empty())
    return {.refused = refused};
  std::vector<double> costs;
  std::vector<double> beside;
  std::vector<double> ratios;
  for (const Round& round : measured.rounds) {
    const auto one = value_of(row.cost, round);
    const auto other = value_of(row.beside_cost, round);
    if (!one || !other) return {.refused = fmt::format("said nothing of '{}'", row.cost.of)};
    costs.push_back(*one);
    beside.push_back(*other);
    ratios.push_back(*one / *other);
  }
  if (ratios.empty()) return {.refused = "was not measured"};
  const auto [smallest, largest] = std::ranges::minmax(ratios);
  return {.cost = median(costs),
          .beside = median(beside),
          .ratio = median(ratios),
          .smallest = smallest,
          .largest = largest};
}

bool is_met(const Target& target, const Figure& figure) {
  if (!figure.refused.empty()) return false;
  return target.kind == Target::kAtMost ? figure.ratio <= target.ratio
                                        : figure.ratio >= target.ratio;
}

std::string table_head() {
  return "| what | beside | its cost | that beside | ratio | smallest, largest | target | met |\n"
         "|---|---|---|---|---|---|---|---|\n";
}

std::string table_line(const Row& row, const Figure& figure) {
  const std::string target = row.target ? target_text(*row.target) : "";
  if (!figure.refused.empty()) {
    return fmt::format("| {} | {} | | | cannot run: {} | | {} | {} |\n", row.what, row.beside,
                       figure.refused, target, row.target ? "no" : "");
  }
  return fmt::format("| {} | {} | {} | {} | {:.2f} | {:.2f}, {:.2f} | {} | {} |\n", row.what,
                     row.beside, cost_text(figure.cost, row.unit),
                     cost_text(figure.beside, row.unit), figure.ratio, figure.smallest,
                     figure.largest, target,
                     !row.target                   ? ""
                     : is_met(*row.target, figure) ? "yes"
                                                   : "no");
}

}  // namespace cloister::benchmarks
