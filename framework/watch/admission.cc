#include "framework/watch/admission.h"

#include <algorithm>
#include <cmath>

namespace cloister {
namespace {

constexpr int kMostPerProcessor = 16;
// At most so many times as many from one look to the next.
constexpr int kGrowth = 2;
// The part of the processors that guests are to use. What is left tells a machine that is just full
// from one that has too much to do.
constexpr double kUsed = 0.9;
// What a guest is taken to need before the first has ended.
constexpr Bytes kGuess = 64_MiB;
// Guests may come to need one part in two of the memory that can be had; with less than one part in
// 32 of all memory left, it is short.
constexpr std::uint64_t kPlanned = 2;
constexpr std::uint64_t kShort = 32;
// A guest that took much is remembered, less and less, for some ten that took little.
constexpr std::uint64_t kFading = 8;

double seconds(Admission::Time from, Admission::Time to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

Admission::Admission(const Load& load, int most, Time now)
    : first_(std::clamp(static_cast<int>(std::ceil(load.processors)), 1, most)),
      most_(std::min(most, kMostPerProcessor * first_)),
      jobs_(first_),
      since_(now),
      counted_(now),
      usual_memory_(kGuess) {}

void Admission::at_most(int jobs) {
  most_ = std::min(most_, jobs);
  first_ = std::min(first_, most_);
  jobs_ = std::min(jobs_, most_);
}

void Admission::running(Time now, std::size_t guests) {
  guest_seconds_ += static_cast<double>(running_) * seconds(counted_, now);
  counted_ = now;
  running_ = guests;
}

void Admission::ended(Bytes peak_memory) {
  const std::uint64_t faded = usual_memory_.count - usual_memory_.count / kFading;
  usual_memory_.count = std::max({peak_memory.count, faded, std::uint64_t{1}});
}

void Admission::forget(Time now) {
  running(now, running_);
  since_ = now;
  guest_seconds_ = 0;
}

double Admission::mean_running(Time now) {
  running(now, running_);
  return guest_seconds_ / std::max(seconds(since_, now), 1e-6);
}

void Admission::look(Time now, const Load& load) {
  const double busy = std::max(load.processors - load.idle, 0.01 * load.processors);
  // If the next ones are like those that ran. Guests too short to be `jobs_` at once are fewer in
  // the mean, and need no more.
  const double filling = mean_running(now) * kUsed * load.processors / busy;
  const std::uint64_t fitting =
      load.memory.count / kPlanned / std::max<std::uint64_t>(usual_memory_.count, 1);
  if (load.memory.count < load.all_memory.count / kShort) {
    jobs_ = std::max(1, jobs_ / 2);
  } else {
    const int least = std::min(first_, kGrowth * jobs_);
    const double most = std::min<double>(kGrowth * jobs_, most_);
    jobs_ =
        std::max(least, static_cast<int>(std::min({filling, static_cast<double>(fitting), most})));
  }
  forget(now);
}

}  // namespace cloister
