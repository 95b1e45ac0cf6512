#include "benchmarks/measure.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "selftests/support/run_program.h"

namespace cloister::benchmarks {
namespace {

Candidate shell(const std::string& script) {
  return {.name = "it", .command = {{"sh", "-c", script}}};
}

Measured measured(const Candidate& candidate, int rounds = 1) {
  Runner runner;
  return measure(runner, {candidate}, rounds);
}

TEST(Measure, ACostIsThatOfOneUnit) {
  Candidate candidate = shell("sleep 0.4");
  candidate.units = 4;
  const double cost = measured(candidate).rounds.at(0).at("it");
  EXPECT_GE(cost, 0.1);
  EXPECT_LT(cost, 0.4);
}

TEST(Measure, CandidatesTakeTurnsInEveryRound) {
  Runner runner;
  const std::string log = runner.place() + "/log";
  Candidate one = shell("echo one >>" + log);
  Candidate other = shell("echo other >>" + log);
  other.name = "other";
  measure(runner, {one, other}, 2);
  EXPECT_EQ(selftests::content_of(log), "one\nother\none\nother\n");
}

TEST(Measure, WhatACandidateSaysIsAFigureOfItsOwn) {
  EXPECT_EQ(measured(shell("echo bench: peak_kib 12")).rounds.at(0).at("it peak_kib"), 12);
}

TEST(Measure, AFailureIsRefusedWithItsLastWords) {
  EXPECT_EQ(measured(shell("echo no such thing; exit 3")).refused.at("it"),
            "ended with status 3: no such thing");
}

TEST(Measure, ARunThatTestedNothingIsRefused) {
  Candidate candidate = shell("echo PASSED");
  candidate.proof = "PASSED";
  candidate.proofs = 2;
  EXPECT_EQ(measured(candidate).refused.at("it"), "said 'PASSED' 1 times in place of 2");
}

TEST(Measure, APeerThatIsNotInstalledIsNamed) {
  EXPECT_EQ(measured({.name = "it", .command = {{"no-such-peer"}}}).refused.at("it"),
            "there is no no-such-peer: install it");
}

TEST(Measure, TheClockStopsWhenTheLastProcessIsGone) {
  EXPECT_GE(measured(shell("sleep 0.3 & exit 0")).rounds.at(0).at("it"), 0.3);
}

TEST(Runner, PassesOnPathAndHomeAndWhatIsAskedForAlone) {
  setenv("BENCH_STRAY", "1", 1);
  Runner runner;
  const RunResult ran = runner.run({{"sh", "-c", "echo ${BENCH_STRAY-none} $MORE"}, {"MORE=more"}});
  EXPECT_EQ(ran.output, "none more\n");
}

TEST(Runner, RemovesItsDirectory) {
  std::string place;
  {
    const Runner runner;
    place = runner.place();
    EXPECT_TRUE(std::filesystem::exists(place));
  }
  EXPECT_FALSE(std::filesystem::exists(place));
}

}  // namespace
}  // namespace cloister::benchmarks
