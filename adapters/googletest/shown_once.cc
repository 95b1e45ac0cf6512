#include "adapters/googletest/shown_once.h"

#include <algorithm>

namespace cloister::googletest {
namespace {

void add_once(std::vector<Part>& parts, const Part& part) {
  const bool known = std::ranges::any_of(
      parts, [&](const Part& other) { return other.file == part.file && other.line == part.line; });
  if (!known) parts.push_back(part);
}

}  // namespace

bool has_the_same(const Record& record, const Part& wanted) {
  return std::ranges::any_of(record.parts, [&](const Part& part) {
    return part.phase == wanted.phase && part.file == wanted.file && part.line == wanted.line;
  });
}

void ShownOnce::take(const RecordPtr& record) {
  if (!std::holds_alternative<Finished>(record->cell.outcome)) return;
  if (record->shares_its_set_up() && !record->was_in(phase_)) return;
  if (shown_ == nullptr ||
      (!shown_->says_something_in(phase_) && record->says_something_in(phase_))) {
    shown_ = record;
    return;
  }
  for (const Part& part : record->parts) {
    if (part.phase == phase_ && part.failed()) add_once(others_, part);
  }
}

void ShownOnce::clear() {
  shown_ = nullptr;
  others_.clear();
}

std::vector<Part> ShownOnce::others() const {
  std::vector<Part> others = others_;
  std::erase_if(others, [this](const Part& part) { return has_the_same(*shown_, part); });
  return others;
}

const Record* ShownRecords::of(Phase phase) const {
  if (phase == Phase::kProgramStart) return program_start.get();
  if (phase == Phase::kIterationStart) return iteration_start.get();
  return phase == Phase::kEnvironmentSetUp ? environments.get() : suite.get();
}

}  // namespace cloister::googletest
