#include "adapters/googletest/configuration.h"

#include <gtest/gtest.h>

#include <cloister/gtest.h>

namespace cloister::googletest {
namespace {

using namespace std::chrono_literals;

CLOISTER_SUITE(Configured, {.memory = 64_MiB, .deadline = 2s});
CLOISTER_TEST(Configured, Specially, {.network = Network::kNone, .deadline = 5s});
CLOISTER_TEST(ConfiguredValues, All, CellConfig{}.with_processes(9));

CellConfig own_config(const Options& run) {
  return config_of(*testing::UnitTest::GetInstance()->current_test_info(), run);
}
CellConfig own_config(const CellConfig& run = {}) { return own_config(Options{.config = run}); }
CellConfig own_config(const FileConfig& file, const CellConfig& run = {}) {
  return own_config(Options{.file = file, .config = run});
}

TEST(Configured, BySuite) {
  EXPECT_EQ(own_config().memory, 64_MiB);
  EXPECT_EQ(own_config().deadline, 2s);
}
TEST(Configured, Specially) {
  EXPECT_EQ(own_config().memory, 64_MiB);
  EXPECT_EQ(own_config().deadline, 5s);
  EXPECT_EQ(own_config().network, Network::kNone);
}
TEST(Configured, AboveTheRun) {
  EXPECT_EQ(own_config(CellConfig{}.with_memory(1_GiB).with_hostname("abbey")).memory, 64_MiB);
  EXPECT_EQ(own_config(CellConfig{}.with_hostname("abbey")).hostname, "abbey");
}
TEST(NotConfigured, TakesTheRuns) {
  EXPECT_EQ(own_config(CellConfig{}.with_memory(1_GiB)).memory, 1_GiB);
}

TEST(NotConfigured, TakesTheFiles) {
  EXPECT_EQ(own_config(FileConfig{.config = {.memory = 1_GiB}}).memory, 1_GiB);
}
TEST(NotConfigured, TakesOverridesThatMatchAboveTheRestOfTheFile) {
  const FileConfig file{
      .config = {.memory = 1_GiB},
      .overrides = {{TestPattern("NotConfigured.Takes*"), {.memory = 2_MiB}},
                    {TestPattern("NotConfigured.TakesTheFiles"), {.memory = 3_MiB}}}};
  EXPECT_EQ(own_config(file).memory, 2_MiB);
}
TEST(NotConfigured, TakesTheLastOverrideThatMatches) {
  const FileConfig file{.overrides = {{TestPattern("*"), {.memory = 3_MiB, .deadline = 3s}},
                                      {TestPattern("*"), {.memory = 4_MiB}}}};
  EXPECT_EQ(own_config(file).memory, 4_MiB);
  EXPECT_EQ(own_config(file).deadline, 3s);
}
TEST(NotConfigured, TakesTheRunsAboveTheFiles) {
  const FileConfig file{.overrides = {{TestPattern("*"), {.memory = 2_MiB}}}};
  EXPECT_EQ(own_config(file, {.memory = 1_GiB}).memory, 1_GiB);
}
TEST(Configured, AboveTheFile) {
  EXPECT_EQ(own_config(FileConfig{.overrides = {{TestPattern("*"), {.memory = 2_MiB}}}}).memory,
            64_MiB);
}

class ConfiguredValues : public testing::TestWithParam<int> {};
TEST_P(ConfiguredValues, All) { EXPECT_EQ(own_config().processes, 9U); }
TEST_P(ConfiguredValues, AreMatchedByTheirFullName) {
  const FileConfig file{
      .overrides = {{TestPattern("Named/ConfiguredValues.*/1"), {.memory = 2_MiB}}}};
  EXPECT_EQ(own_config(file).memory.has_value(), GetParam() == 2);
}
INSTANTIATE_TEST_SUITE_P(Named, ConfiguredValues, testing::Values(1, 2));

template <typename T>
class ConfiguredTypes : public testing::Test {};
TYPED_TEST_SUITE(ConfiguredTypes, testing::Types<int>);
CLOISTER_SUITE(ConfiguredTypes, CellConfig{}.with_processes(11));
TYPED_TEST(ConfiguredTypes, All) { EXPECT_EQ(own_config().processes, 11U); }

}  // namespace
}  // namespace cloister::googletest
