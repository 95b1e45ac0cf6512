// One cell from its request to its report, as the watch loop sees it: its life (cell_life.h) and
// what is done to its processes, the guest's streams, the gauges, the audit.
#pragma once

#include <signal.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <time.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <cloister/report.h>

#include "framework/audit/auditor.h"
#include "framework/files/ledger.h"
#include "framework/launch/cell_builder.h"
#include "framework/launch/cell_pages.h"
#include "framework/launch/guest.h"
#include "framework/launch/template_link.h"
#include "framework/plan/plan.h"
#include "framework/watch/cell_life.h"
#include "framework/watch/cell_source.h"
#include "framework/watch/gauges.h"
#include "framework/watch/guest_streams.h"
#include "framework/watch/run_clock.h"
#include "framework/watch/run_event.h"

namespace cloister {

struct GuestOptions {
  bool join_output = false;  // stdout and stderr go into one pipe, in the order written
  bool will_exec = false;    // the guest will start its program again (launch/start_again.h)
  std::vector<HeldDescriptor> held{};  // what was open before the run and stays open in guests
};

class RunningCell {
 public:
  // `number` is the cell's own: no two cells of a run share one, whatever their tasks.
  RunningCell(std::uint32_t number, const CellTask& task, SharedPlan plan, const Patience& patience,
              Clock::time_point now);

  RunningCell(const RunningCell&) = delete;
  RunningCell& operator=(const RunningCell&) = delete;
  ~RunningCell();

  // The task is the present one, if the cell has several.
  CellRef ref() const { return {writer_.task, number_}; }
  // The pid that the guest gets in its cell; 0 is any.
  pid_t guest_pid() const { return guest_pid_; }
  // The tasks to which the guest has not come.
  const std::vector<std::uint32_t>& more_tasks() const { return more_; }
  const CellPlan& plan() const { return *shared_plan_; }
  const SharedPlan& shared_plan() const { return shared_plan_; }
  const CellLife& life() const { return life_; }
  const Init& init() const { return init_; }
  const GuestStreams& streams() const { return streams_; }
  const Gauges& gauges() const { return gauges_; }

  // The builder has made the cell, or nothing had to be made.
  void stand(Init init = {});
  // Its init has ended. Without a pid namespace that may happen before the guest ends.
  void forget_init();
  // Another guest goes first: the builder dismantles this cell.
  void give_back() { life_.give_back(); }

  const std::optional<TemplateKind>& template_kind() const { return template_kind_; }
  bool is_template() const { return template_kind_.has_value(); }
  std::uint32_t within() const { return within_; }

  // Forks the guest. Returns twice, as fork_guest does.
  Result<Forked> start_guest(CellPages& pages, const GuestOptions& options, int null_fd,
                             const sigset_t& guest_mask, const std::optional<rlimit>& descriptors,
                             const RunClock& clock);
  // Tells the template to fork it.
  Result<void> start_as_fork(TemplateLink& of, CellPages& pages, const GuestOptions& options,
                             const RunClock& clock);
  // The template has forked it.
  void guest_born(pid_t guest, Clock::time_point now);
  // The template has not: why.
  void guest_not_born(const Error& error, Clock::time_point now);
  // Reads what has come from the guest, through `buffer`, and returns it.
  std::string_view drain(int stream, DrainBuffer& buffer);
  void memory_alarm(Clock::time_point now) { gauges_.memory_alarm(now); }

  // When the loop must look at this cell again even if nothing happens.
  Clock::time_point next_alarm() const;
  // True once, when the notice that it is slow is due.
  bool notice(Clock::time_point now) { return life_.notice(now); }
  // Looks at everything that is due. Kills the cell if its time is up, and says what for.
  std::optional<KilledFor> look(Clock::time_point now);
  // Kills everything in the cell. False if there is no guest, or it was killed before.
  bool kill(KilledFor reason, Clock::time_point now);
  // Stops the guest and its process group. Processes that left that group go on.
  void stop() const { signal_group(SIGSTOP); }
  void go_on() const { signal_group(SIGCONT); }

  void guest_ended(int wait_status, const rusage& used, Clock::time_point now);
  // The loop stops waiting. The report will say which process it waited for.
  void give_up(Clock::time_point now) { life_.give_up(init_.pid, now); }
  // The guest is a template of that kind that has done its set-up. Its tasks, which then are
  // to_begin.
  std::vector<std::uint32_t> stand_still(TemplateKind kind);
  // There are no more: it tears down.
  void go_on_after_tests(Clock::time_point now);
  // One of to_begin has a guest of its own, or never will.
  void has_begun(std::uint32_t task) { std::erase(more_, task); }
  // The tasks that have ended in the meantime while the guest went on to another: their reports.
  struct Ended {
    CellReport report;
    bool is_set_up = false;  // of a template
  };
  std::vector<Ended> take_ended_tasks(Clock::time_point now, DrainBuffer& buffer);
  // The cell is gone and had a guest: reads what is left of it.
  void read_rest(DrainBuffer& buffer) { streams_.finish(*page, plan().watch.output, buffer); }
  // After that: makes its report. `gone` is nullptr if nobody has dismantled it.
  CellReport finish(const BuilderReply* gone);
  // The cell is gone and never had a guest.
  void finish_without_guest() { life_.finish(); }

  // Its task, and when its guest ran, by the host's clock, which never stops.
  const Writer& as_writer() const { return writer_; }

  CellPage* page = nullptr;
  std::optional<Auditor> auditor;          // if its plan has an audit, while the guest runs
  bool begun_alone = false;                // no other cell existed when it was requested
  std::optional<TemplateLink> link{};      // if the guest may become a template
  std::vector<std::uint32_t> to_begin{};   // tasks of a template that have no cell yet
  SharedPlan plan_within{};                // of those that they get
  std::optional<timespec> set_up_taken{};  // when the files of its set-up were put in place
  std::optional<CellReport> set_up{};      // what a template has said until it stood still
  bool stood_still = false;                // it has been a template
  std::string cannot_stand{};              // why it cannot be one; else empty

 private:
  void signal_group(int number) const;
  bool go_on_to(std::uint32_t task);
  std::string take_services_log();

  std::uint32_t number_;
  pid_t guest_pid_;
  std::vector<std::uint32_t> more_;
  std::optional<TemplateKind> template_kind_;
  std::uint32_t within_;
  std::uint32_t tasks_;
  Clock::time_point task_began_{};
  SharedPlan shared_plan_;
  std::vector<std::string> join_paths_;
  CellLife life_;
  Init init_;
  GuestStreams streams_;
  Gauges gauges_;
  Writer writer_;
  Costs costs_ = {};                      // measured by the watch loop
  std::uint64_t services_log_taken_ = 0;  // how much of it is in a report
};

}  // namespace cloister
