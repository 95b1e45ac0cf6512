#include "benchmarks/measure.h"

#include <fmt/format.h>
#include <stdio.h>

#include <chrono>
#include <sstream>
#include <thread>

namespace cloister::benchmarks {
namespace {

// The kernel dismantles network namespaces after their processes: not in the time of the next one.
constexpr auto kPause = std::chrono::milliseconds(500);

int count_of(const std::string& text, const std::string& output) {
  int count = 0;
  for (std::size_t at = output.find(text); at != std::string::npos;
       at = output.find(text, at + text.size()))
    ++count;
  return count;
}

void read_figures(const Candidate& candidate, const std::string& output, Round& round) {
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string mark;
    std::string key;
    double value = 0;
    if (words >> mark >> key >> value && mark == "bench:")
      round[candidate.name + " " + key] = value;
  }
}

// Why it does not count; empty when it does.
std::string measure_one(Runner& runner, const Candidate& candidate, Round& round) {
  double seconds = 0;
  for (int i = 0; i < candidate.repeats && runner.interrupted() == 0; ++i) {
    const RunResult ran = runner.run(candidate.command);
    if (!ran.refused.empty()) return ran.refused;
    const int proofs =
        candidate.proof.empty() ? candidate.proofs : count_of(candidate.proof, ran.output);
    if (proofs != candidate.proofs) {
      return fmt::format("said '{}' {} times in place of {}", candidate.proof, proofs,
                         candidate.proofs);
    }
    seconds += ran.seconds;
    read_figures(candidate, ran.output, round);
  }
  round[candidate.name] = seconds / (candidate.units * candidate.repeats);
  return "";
}

}  // namespace

Measured measure(Runner& runner, const std::vector<Candidate>& candidates, int rounds) {
  Measured measured;
  for (int number = 0; number < rounds; ++number) {
    Round round;
    for (const Candidate& candidate : candidates) {
      if (runner.interrupted() != 0) return measured;
      if (measured.refused.contains(candidate.name)) continue;
      const std::string refused = measure_one(runner, candidate, round);
      if (runner.interrupted() != 0) return measured;
      if (!refused.empty()) measured.refused[candidate.name] = refused;
      fprintf(stderr, "bench: %d of %d: %s: %s\n", number + 1, rounds, candidate.name.c_str(),
              refused.empty() ? fmt::format("{:.3f} ms", round[candidate.name] * 1e3).c_str()
                              : refused.c_str());
      if (rounds > 1) std::this_thread::sleep_for(kPause);
    }
    measured.rounds.push_back(std::move(round));
  }
  return measured;
}

}  // namespace cloister::benchmarks
