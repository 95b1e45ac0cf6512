// What the warden makes of the events of its run: reports for the keeper, notes on stderr.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "adapters/googletest/registry.h"
#include "adapters/googletest/test_source.h"
#include "framework/watch/outbox.h"
#include "framework/watch/run_event.h"

namespace cloister::googletest {

class ReportSink final : public EventSink {
 public:
  ReportSink(const Registry& registry, TestSource& source, Outbox& outbox)
      : registry_(registry), source_(source), outbox_(outbox) {}

  std::string name_of_failed(const CellRef& of, CellReport& report) override;

 private:
  void on(TaskEndEvent&& end) override;
  void on(TemplateChoiceEvent&& choice) override;
  void on(SetUpEndEvent&& end) override;
  void on(CellEndEvent&& end) override;
  void on(SlowCellEvent&& cell) override;
  void on(ShortageEvent&& shortage) override;
  void on(FileCollisionEvent&& collision) override;

  // A template whose tests run, by its cell. The report of the first has the set-up in it, that of
  // the last the tear-down, which it waits for.
  struct Suite {
    CellReport set_up;
    TestId first = 0;
    TestId last = 0;
    std::optional<CellReport> waiting{};
  };
  void end_fork(Suite& suite, CellReport&& report);
  void end_template(Suite&& suite, CellEndEvent&& end);
  void put_back(const CellEndEvent& end);

  const Registry& registry_;
  TestSource& source_;
  Outbox& outbox_;
  std::optional<std::uint32_t> judged_;  // the cell whose end was judged before it was told
  // By cell, in those that tests share: the first that failed.
  std::unordered_map<std::uint32_t, TestId> failed_;
  std::unordered_map<std::uint32_t, Suite> suites_;
};

}  // namespace cloister::googletest
