#include "adapters/googletest/configuration.h"

#include <gtest/gtest.h>

#include <cloister/gtest.h>

namespace cloister::googletest {
namespace {

using namespace std::chrono_literals;

CLOISTER_SUITE(Configured, {.memory = 64_MiB, .deadline = 2s});
CLOISTER_TEST(Configured, Specially, {.network = Network::kNone, .deadline = 5s});
CLOISTER_TEST(ConfiguredValues, All, CellConfig{}.with_processes(9));

const CellConfig own_config(const CellConfig& run = {}) {
  return config_of(*testing::UnitTest::GetInstance()->current_test_info(), run);
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

class ConfiguredValues : public testing::TestWithParam<int> {};
TEST_P(ConfiguredValues, All) { EXPECT_EQ(own_config().processes, 9U); }
INSTANTIATE_TEST_SUITE_P(Named, ConfiguredValues, testing::Values(1, 2));

template <typename T>
class ConfiguredTypes : public testing::Test {};
TYPED_TEST_SUITE(ConfiguredTypes, testing::Types<int>);
CLOISTER_SUITE(ConfiguredTypes, CellConfig{}.with_processes(11));
TYPED_TEST(ConfiguredTypes, All) { EXPECT_EQ(own_config().processes, 11U); }

}  // namespace
}  // namespace cloister::googletest
