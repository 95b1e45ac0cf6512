#include "adapters/googletest/report_sink.h"

#include <fmt/format.h>
#include <stdio.h>

#include <utility>

#include "adapters/googletest/messages.h"
#include "adapters/googletest/words.h"
#include "framework/report/encode.h"
#include "framework/report/words.h"

namespace cloister::googletest {
std::string ReportSink::name_of_failed(const CellRef& of, CellReport& report) {
  if (const auto earlier = failed_.find(of.cell); earlier != failed_.end())
    return full_name(registry_.test(earlier->second));
  judged_ = of.cell;
  return judge_events(report) ? full_name(registry_.test(report.id)) : "";
}

void ReportSink::on(TaskEndEvent&& end) {
  if (judge_events(end.report)) failed_.try_emplace(end.of.cell, end.report.id);
  outbox_.put(encode(end.report));
}

void ReportSink::on(CellEndEvent&& end) {
  if (std::exchange(judged_, std::nullopt) != end.of.cell) judge_events(end.report);
  failed_.erase(end.of.cell);
  outbox_.put(encode(end.report));
  for (const CellReport& other : source_.take_back(end.report, end.not_begun))
    outbox_.put(encode(other));
}

void ReportSink::on(SlowCellEvent&& cell) {
  fmt::print(stderr, "cloister: note: {}\n",
             slow_words(full_name(registry_.test(cell.of.task)), cell.notice_after, cell.deadline));
}

void ReportSink::on(ShortageEvent&& shortage) {
  fmt::print(stderr, "cloister: note: tests run {}\n", shortage.words);
}

void ReportSink::on(FileCollisionEvent&& collision) {
  fmt::print(stderr, "cloister: note: {}\n",
             conflict_words(registry_, collision.of.task, collision.conflict));
}

}  // namespace cloister::googletest
