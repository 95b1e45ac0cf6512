// What does not come to its end: cells that are not made, guests and cells that cannot be killed.
// They are given up after a bound and named, and the run goes on.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <new>

#include "framework/report/words.h"
#include "selftests/framework/watch/run_cells.h"
#include "selftests/support/lane.h"

namespace cloister {
namespace {

using namespace std::chrono_literals;
using selftests::lane_gives;

// Holds processes of a cell at their exit, where no signal reaches them: a tracer outside of the
// cell that asked for PTRACE_O_TRACEEXIT, ptrace(2). It lets go when its parent, the watching
// process, ends.
class Holder {
 public:
  enum class Held { kGuest, kItsChildren };

  explicit Holder(Held whom) : whom_(whom) {}

  // In the warden, before its loop: later its children are born in a cell.
  void start() const {
    if (fork() != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    while (shared_->guest == 0) usleep(1000);
    const pid_t guest = shared_->guest;
    const long options = PTRACE_O_TRACEEXIT | PTRACE_O_TRACEFORK;
    // The guest is on its way in, and cannot be traced until it says so.
    while (ptrace(PTRACE_SEIZE, guest, nullptr, options) != 0) usleep(1000);
    shared_->held = true;
    int status = 0;
    for (pid_t pid = 0; (pid = waitpid(-1, &status, __WALL)) > 0;) {
      const bool exits = status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8);
      if (!WIFSTOPPED(status) || (exits && (pid == guest) == (whom_ == Held::kGuest))) continue;
      const bool by_signal = status >> 16 == 0 && WSTOPSIG(status) != SIGTRAP;
      ptrace(PTRACE_CONT, pid, nullptr, by_signal ? WSTOPSIG(status) : 0);
    }
    while (true) pause();
  }

  // In the warden: of the guests, the first.
  void hold(pid_t guest) const {
    if (shared_->guest == 0) shared_->guest = guest;
  }

  // In the guest.
  void wait() const {
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    while (!shared_->held) usleep(1000);
  }

 private:
  struct Shared {
    std::atomic<pid_t> guest{0};
    std::atomic<bool> held{false};
  };
  Held whom_;
  Shared* shared_ =
      new (mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))
          Shared;
};

// The first guest is held, the second is its neighbour.
std::map<std::uint32_t, CellReport> run_held(const Holder& holder, FunctionGuest guest) {
  WardenSettings so{.jobs = 1, .patience = {.dying = 200ms}};
  so.before = [&holder] { holder.start(); };
  so.started = [&holder](pid_t pid) { holder.hold(pid); };
  return run_cells({std::move(guest), {{}, [](GuestSide&) {}}}, so);
}

bool names(const CellReport& report, const std::string& words) {
  const auto notes = limit_notes(report, [](std::string_view) { return std::string(); });
  return !notes.empty() && notes.front().find(words) != std::string::npos;
}

TEST(Watch, AGuestThatCannotBeKilledIsGivenUpAndNamed) {
  const Holder holder(Holder::Held::kGuest);
  const auto reports =
      run_held(holder, {CellConfig{}.with_deadline(1s), [&holder](GuestSide& side) {
                          holder.wait();
                          side.finish();
                          while (true) pause();
                        }});
  const CellReport& held = reports.at(0);
  EXPECT_TRUE(std::holds_alternative<TimedOut>(held.outcome)) << held.outcome.index();
  EXPECT_TRUE(held.said_finished) << "and it counts for nothing";
  EXPECT_GE(held.usage.wall, 1s);
  ASSERT_GT(held.undying, 0);
  EXPECT_TRUE(names(held, "its process " + std::to_string(held.undying) + " was killed"));
  EXPECT_TRUE(std::holds_alternative<Finished>(reports.at(1).outcome)) << "the run goes on";
}

TEST(Watch, ACellThatCannotBeEndedIsGivenUpAndNamed) {
  const Holder holder(Holder::Held::kItsChildren);
  const auto reports = run_held(holder, {{}, [&holder](GuestSide&) {
                                           holder.wait();
                                           if (fork() == 0) {
                                             while (true) pause();
                                           }
                                         }});
  const CellReport& held = reports.at(0);
  EXPECT_TRUE(std::holds_alternative<Finished>(held.outcome)) << held.outcome.index();
  // Without a pid namespace nothing of the cell waits for what the guest left.
  if (lane_gives("pid namespace")) {
    EXPECT_GT(held.undying, 0);
    EXPECT_TRUE(names(held, "does not die"));
  } else {
    EXPECT_EQ(held.undying, 0);
  }
  EXPECT_TRUE(std::holds_alternative<Finished>(reports.at(1).outcome)) << "the run goes on";
}

TEST(Watch, ACellThatDoesNotComeToStandIsGivenUp) {
  WardenSettings so{.jobs = 1, .patience = {.building = 200ms}};
  // The builder is the parent of the warden.
  so.before = [] { kill(getppid(), SIGSTOP); };
  so.after = [] { kill(getppid(), SIGCONT); };
  for (const auto& [id, report] :
       run_cells({{{}, [](GuestSide&) {}}, {{}, [](GuestSide&) {}}}, so)) {
    if (!lane_gives("pid namespace")) {
      EXPECT_TRUE(std::holds_alternative<Finished>(report.outcome)) << "there is nothing to make";
      continue;
    }
    ASSERT_TRUE(std::holds_alternative<SetupFailed>(report.outcome)) << report.outcome.index();
    EXPECT_EQ(std::get<SetupFailed>(report.outcome).why,
              "cannot make its cell within 0.2 s; look for a mount that does not answer, or a "
              "stopped 'cell-builder'");
  }
}

}  // namespace
}  // namespace cloister
