#include "framework/watch/cell_life.h"

#include <signal.h>

#include <algorithm>

#include "framework/kernel/overloaded.h"

namespace cloister {

std::optional<pid_t> CellLife::guest() const {
  if (const auto* running = as<Running>()) return running->guest;
  if (const auto* still = as<Still>()) return still->guest;
  if (const auto* killed = as<Killed>()) return killed->guest;
  return std::nullopt;
}

bool CellLife::stand() {
  if (!is<Building>()) return false;
  state_ = Standing{};
  return true;
}

bool CellLife::start(pid_t guest, Time now) {
  if (!is<Standing>()) return false;
  state_ = Running{guest, now};
  return true;
}

bool CellLife::name_guest(pid_t guest) {
  auto* running = std::get_if<Running>(&state_);
  if (running == nullptr || running->guest != 0) return false;
  running->guest = guest;
  return true;
}

bool CellLife::stand_still() {
  const auto* running = as<Running>();
  if (running == nullptr) return false;
  state_ = Still{running->guest};
  return true;
}

bool CellLife::go_on(Time now) {
  const auto* still = as<Still>();
  if (still == nullptr) return false;
  state_ = Running{still->guest, now};
  return true;
}

bool CellLife::next_task(Time now) {
  const auto* running = as<Running>();
  if (running == nullptr) return false;
  state_ = Running{running->guest, now};
  return true;
}

bool CellLife::notice(Time now) {
  auto* running = std::get_if<Running>(&state_);
  const auto after = bounds_.notice_after;
  if (running == nullptr || running->noticed || after.count() == 0 ||
      now < running->started + after)
    return false;
  running->noticed = true;
  return true;
}

bool CellLife::kill(KilledFor reason, Time now) {
  if (const auto* running = as<Running>()) {
    state_ = Killed{running->guest, running->started, reason, now};
  } else if (const auto* still = as<Still>()) {
    state_ = Killed{still->guest, now, reason, now};
  } else {
    return false;
  }
  return true;
}

bool CellLife::reap(int wait_status, const rusage& used, Time now) {
  GuestEnd end{.ended = now, .wait_status = wait_status, .used = used};
  if (const auto* running = as<Running>()) {
    end.started = running->started;
  } else if (is<Still>()) {
    end.started = now;
  } else if (const auto* killed = as<Killed>()) {
    end.started = killed->started;
    end.killed_for = killed->reason;
  } else {
    return false;
  }
  state_ = Ending{end};
  return true;
}

bool CellLife::give_back() {
  if (!is<Standing>()) return false;
  state_ = GivenBack{};
  return true;
}

bool CellLife::give_up(pid_t init, Time now) {
  if (const auto* killed = as<Killed>()) {
    // It never came to its end, whatever it had said.
    state_ = Done{GuestEnd{.started = killed->started,
                           .ended = now,
                           .wait_status = SIGKILL,
                           .killed_for = killed->reason,
                           .undying = killed->guest}};
    return true;
  }
  if (const auto* ending = as<Ending>()) {
    GuestEnd end = ending->guest;
    end.undying = init;
    state_ = Done{end};
    return true;
  }
  return false;
}

bool CellLife::finish() {
  if (guest() || is<Done>()) return false;
  const auto* ending = as<Ending>();
  state_ = Done{ending == nullptr ? std::nullopt : std::optional(ending->guest)};
  return true;
}

CellLife::Time CellLife::next_due() const {
  return std::visit(
      Overloaded{
          [this](const Building& state) { return state.since + bounds_.patience.building; },
          [](const Standing&) { return Time::max(); },
          [this](const Running& state) {
            Time due = Time::max();
            if (bounds_.deadline.count() > 0) due = state.started + bounds_.deadline;
            if (bounds_.notice_after.count() > 0 && !state.noticed)
              due = std::min(due, state.started + bounds_.notice_after);
            return due;
          },
          [](const Still&) { return Time::max(); },
          [this](const Killed& state) { return state.at + bounds_.patience.dying; },
          [this](const Ending& state) { return state.guest.ended + bounds_.patience.dying; },
          [](const GivenBack&) { return Time::max(); },
          [](const Done&) { return Time::max(); },
      },
      state_);
}

bool CellLife::is_past_deadline(Time now) const {
  const auto* running = as<Running>();
  return running != nullptr && bounds_.deadline.count() > 0 &&
         now >= running->started + bounds_.deadline;
}

// A killed process dies in microseconds unless the kernel holds it in an uninterruptible call, a
// debugger at its exit, or a freezer.
bool CellLife::is_overdue(Time now) const { return !is<Running>() && now >= next_due(); }

}  // namespace cloister
