// One cell from its request to its report, as the watch loop sees it: what it is, which descriptors
// to poll, what has come out of it so far.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <cloister/report.h>

#include "framework/audit/auditor.h"
#include "framework/events/frame_reader.h"
#include "framework/files/ledger.h"
#include "framework/launch/cell_builder.h"
#include "framework/launch/cell_pages.h"
#include "framework/launch/guest.h"
#include "framework/plan/plan.h"
#include "framework/watch/gauges.h"
#include "framework/watch/run_event.h"

namespace cloister {

enum class CellStage : std::uint8_t {
  kBuilding,  // the builder is at work
  kStanding,  // no guest yet
  kRunning,
  kEnding,     // the guest is reaped, the builder dismantles
  kGivenBack,  // dismantled without a guest, so that others can have theirs; to be asked for again
  kDone,
};

struct GuestOptions {
  bool join_output = false;  // stdout and stderr go into one pipe, in the order written
  bool will_exec = false;    // the guest will start its program again (launch/start_again.h)
  std::vector<HeldDescriptor> held{};  // what was open before the run and is not closed in guests
};

// How long a cell is waited for where the kernel, or somebody who holds its processes, may keep it
// for ever. Each takes milliseconds; these stand for a host that is out of breath.
struct Patience {
  std::chrono::milliseconds building = std::chrono::seconds(60);
  std::chrono::milliseconds dying = std::chrono::seconds(10);
};

// What a pipe holds at most, of which the loop has one for all cells.
using DrainBuffer = std::array<char, std::size_t{64} * 1024>;

class RunningCell {
 public:
  RunningCell(std::uint32_t id, SharedPlan plan, pid_t guest_pid, Patience patience)
      : id_(id), guest_pid_(guest_pid), shared_plan_(std::move(plan)), patience_(patience) {}

  RunningCell(const RunningCell&) = delete;
  RunningCell& operator=(const RunningCell&) = delete;
  ~RunningCell();

  std::uint32_t id() const { return id_; }
  // That the guest is to have in its cell; 0 is any.
  pid_t guest_pid() const { return guest_pid_; }
  const CellPlan& plan() const { return *shared_plan_; }
  const SharedPlan& shared_plan() const { return shared_plan_; }
  CellStage stage = CellStage::kBuilding;
  Init init;

  // Forks the guest. Returns twice, as fork_guest does.
  Result<Forked> start_guest(CellPages& pages, const GuestOptions& options, int null_fd,
                             const sigset_t& guest_mask, const std::optional<rlimit>& descriptors);
  pid_t guest() const { return guest_; }

  // The descriptors to poll while the guest runs; -1 for one that has ended.
  static constexpr int kStreams = 3;
  int stream_fd(int stream) const { return streams_[stream].get(); }
  // Takes what has come on one of them, by way of `buffer`; false when that was nothing.
  bool drain(int stream, DrainBuffer& buffer);

  // When the loop must look at this cell again, whatever happens.
  Clock::time_point next_alarm() const;
  // True once, when the notice is due.
  bool notice_due(Clock::time_point now);
  bool deadline_passed(Clock::time_point now) const;
  // Looks at the processor time when it is worth a look.
  bool cpu_time_gone(Clock::time_point now);
  // It should have come to stand, have died, or have been dismantled long ago.
  bool is_overdue(Clock::time_point now) const;
  // The loop waits no longer; the report is to say for whom it did.
  void give_up();
  // What the watcher kills for. Everything in the cell dies.
  enum class KilledFor : std::uint8_t { kNothing, kDeadline, kCpuTime, kEndOfRun };
  void kill_all(KilledFor reason);

  // Stops the guest and what is in its process group. What a test has moved into a group of its
  // own goes on.
  void stop() const;
  // And lets it go on, its clock later by the time that it was stopped.
  void go_on(Clock::duration stopped);

  // Looks at its memory when it is worth a look.
  void look_at_memory(Clock::time_point now);
  // To poll while the guest runs, and to be told of: its memory nears the cap. -1 for a while after
  // each alarm, so that a cell that stays at its cap does not keep the loop busy.
  int memory_fd(Clock::time_point now) const;
  short memory_events() const { return gauges_.memory_events(); }
  void memory_alarm(Clock::time_point now);

  void guest_ended(int wait_status, const rusage& used);
  Writer as_writer() const { return {id_, started_, ended_}; }
  // The cell is no more: the last bytes are taken and the report made. `gone` is nullptr for a cell
  // that was never built.
  CellReport finish(const BuilderReply* gone, DrainBuffer& buffer);

  CellPage* page = nullptr;
  std::optional<Auditor> auditor;  // where its plan has an audit, while the guest runs
  bool begun_alone = false;        // no other cell was there when it was asked for

 private:
  void take_output(Output& output, std::string_view bytes) const;
  void read_page(CellReport& report);
  MemoryParts memory_at_cap(const BuilderReply* gone) const;
  void take_usage(Usage& usage, const BuilderReply* gone) const;
  void take_names(CellReport& report, const RollCall& left) const;
  void take_leftovers(CellReport& report, const RollCall& left) const;
  void take_costs(CellReport& report, const BuilderReply& gone) const;

  std::uint32_t id_;
  pid_t guest_pid_;
  SharedPlan shared_plan_;
  const CellPlan& plan_ = *shared_plan_;
  std::vector<std::string> join_paths_ = join_paths(plan_, id_);
  Patience patience_;
  pid_t guest_ = -1;
  pid_t undying_ = 0;
  Fd streams_[kStreams];  // events, stdout, stderr
  Gauges gauges_;
  FrameReader reader_;
  Output out_;
  Output err_;
  Clock::time_point begun_ = Clock::now();
  Clock::time_point started_{};
  Clock::time_point ended_{};
  Clock::time_point killed_{};
  Clock::time_point next_cpu_look_ = Clock::time_point::max();
  Clock::time_point next_memory_look_ = Clock::time_point::max();
  Clock::time_point memory_quiet_until_{};
  KilledFor killed_for_ = KilledFor::kNothing;
  bool noticed_ = false;
  int wait_status_ = 0;
  Costs costs_ = {};  // the watcher's
  rusage used_{};
};

}  // namespace cloister
