#include "adapters/googletest/report_sink.h"

#include <fmt/format.h>
#include <stdio.h>

#include <utility>

#include "adapters/googletest/joined_report.h"
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
  if (const auto suite = suites_.find(end.within); suite != suites_.end())
    return end_fork(suite->second, std::move(end.report));
  if (auto suite = suites_.extract(end.of.cell); !suite.empty())
    return end_template(std::move(suite.mapped()), std::move(end));
  outbox_.put(encode(end.report));
  put_back(end);
}

void ReportSink::on(TemplateChoiceEvent&& choice) {
  fmt::print(stderr, "cloister: note: {}: {}\n", registry_.suite_of(choice.of.task).name(),
             choice.words);
}

void ReportSink::on(SetUpEndEvent&& end) {
  judge_events(end.report);
  suites_.try_emplace(end.of.cell,
                      Suite{std::move(end.report), end.tasks.front(), end.tasks.back()});
}

void ReportSink::end_fork(Suite& suite, CellReport&& report) {
  if (report.id == suite.first) put_before(report, suite.set_up);
  if (report.id == suite.last) {
    suite.waiting = std::move(report);
  } else {
    outbox_.put(encode(report));
  }
}

void ReportSink::end_template(Suite&& suite, CellEndEvent&& end) {
  put_back(end);
  if (!suite.waiting) return;
  put_after(*suite.waiting, end.report);
  outbox_.put(encode(*suite.waiting));
}

void ReportSink::put_back(const CellEndEvent& end) {
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
