// What a run tells as it happens: real cells.
#include <gtest/gtest.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "framework/host/plan_here.h"
#include "framework/run/run.h"
#include "framework/wire/bytes.h"
#include "selftests/framework/watch/hear_warden.h"

namespace cloister {
namespace {

using namespace std::chrono_literals;

// One guest, and each event of its run as a word with what it tells.
class EventRun final : public CellSource, public EventSink {
 public:
  EventRun(Fd socket, CellConfig config) : outbox_(std::move(socket)), config_(std::move(config)) {}

  [[noreturn]] void live(bool tell_output, const std::function<void(GuestSide&)>& body) {
    WatchOptions options;
    options.tell_output = tell_output;
    if (auto guest = run_tasks(host_, std::move(options), *this, *this, outbox_)) {
      body(guest->side);
      guest->side.finish();
    } else {
      host_.builder.reset();
    }
    _exit(0);
  }
  NextTask next() override {
    if (std::exchange(given_, true)) return NoMore{};
    return CellTask{0, shared(plan_here({.config = config_}, host_.facts))};
  }
  void take(RunEvent&& event) override {
    outbox_.put(event.at < last_ ? "backwards" : std::visit(*this, event.what));
    outbox_.flush();
    last_ = event.at;
  }

  std::string operator()(const GuestStartEvent&) const { return "start"; }
  std::string operator()(const GuestStopEvent&) const { return "stop"; }
  std::string operator()(const SlowCellEvent&) const { return "slow"; }
  std::string operator()(const OutputEvent& output) const {
    return (output.is_err ? "err " : "out ") + output.bytes;
  }
  std::string operator()(const CellKillEvent& kill) const {
    return "kill " + std::to_string(static_cast<int>(kill.reason));
  }
  std::string operator()(const FileCollisionEvent&) const { return "collision"; }
  std::string operator()(const ShortageEvent&) const { return "shortage"; }
  std::string operator()(const RunStopEvent&) const { return "end of run"; }
  std::string operator()(const TaskEndEvent&) const { return "end of task"; }
  std::string operator()(const TemplateChoiceEvent&) const { return "choice of a template"; }
  std::string operator()(const SetUpEndEvent&) const { return "end of set-up"; }
  std::string operator()(const CellEndEvent&) const { return "end"; }

 private:
  void on(CellEndEvent&&) override {}  // take() has it

  Outbox outbox_;
  CellConfig config_;
  Host host_ = open_host();
  bool given_ = false;
  Clock::time_point last_{};
};

// `heard` may answer to an event, by the warden's socket.
std::vector<std::string> events_of(
    const CellConfig& config, const std::function<void(GuestSide&)>& body, bool tell_output = false,
    const std::function<void(const Fd&, const std::string&)>& heard = [](auto&&...) {}) {
  auto warden = fork_warden();
  if (warden->pid == 0) (new EventRun(std::move(warden->socket), config))->live(tell_output, body);
  std::vector<std::string> events;
  hear_warden(*warden, [&](const std::string& event) {
    events.push_back(event);
    heard(warden->socket, event);
  });
  return events;
}

using Events = std::vector<std::string>;

TEST(RunEvent, StartAndEndFrameACell) {
  EXPECT_EQ(events_of({}, [](GuestSide&) {}), (Events{"start", "end"}));
}

TEST(RunEvent, ASlowCellIsToldOnce) {
  EXPECT_EQ(events_of(CellConfig{}.with_notice_after(50ms), [](GuestSide&) { usleep(200'000); }),
            (Events{"start", "slow", "end"}));
}

TEST(RunEvent, AKillComesWithItsReason) {
  EXPECT_EQ(
      events_of(CellConfig{}.with_deadline(50ms), [](GuestSide&) { pause(); }),
      (Events{"start", "kill " + std::to_string(static_cast<int>(KilledFor::kDeadline)), "end"}));
}

TEST(RunEvent, OutputIsToldAsItComesWhereThatIsAskedFor) {
  const auto body = [](GuestSide&) {
    // A word a write, with the time for the loop to take it.
    std::ignore = write(STDOUT_FILENO, "one", 3);
    usleep(100'000);
    std::ignore = write(STDERR_FILENO, "two", 3);
    usleep(100'000);
  };
  EXPECT_EQ(events_of({}, body, true), (Events{"start", "out one", "err two", "end"}));
  EXPECT_EQ(events_of({}, body), (Events{"start", "end"}));
}

TEST(RunEvent, TheEndOfARunKillsAndSaysSo) {
  const auto end = [](const Fd& socket, const std::string& event) {
    if (event == "start") shutdown(socket.get(), SHUT_WR);
  };
  EXPECT_EQ(events_of(
                {}, [](GuestSide&) { pause(); }, false, end),
            (Events{"start", "kill " + std::to_string(static_cast<int>(KilledFor::kEndOfRun)),
                    "end of run", "end"}));
}

}  // namespace
}  // namespace cloister
