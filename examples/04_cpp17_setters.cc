// Shows: the configuration in C++17, which has no designated initialisers. Each field of
// cloister::CellConfig has a setter, with_ and its name; setters can be chained.
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>

#include <cloister/gtest.h>

static_assert(__cplusplus < 202002L, "this example is about C++17");

namespace {

using cloister::CellConfig;
using namespace cloister::literals;
using namespace std::chrono_literals;

// A configuration is a value: it can be named, copied and refined.
CellConfig small_cell() {
  CellConfig config;
  config.with_deadline(10s).with_tmp_size(4_MiB).with_shm_size(4_MiB);
  return config;
}

CLOISTER_SUITE(Setters, small_cell().with_hostname("small"));
CLOISTER_TEST(Setters, ReplaceWhatTheSuiteSays, small_cell().with_hostname("smaller"));

TEST(Setters, ConfigureASuite) {
  char hostname[65] = "";
  ASSERT_EQ(gethostname(hostname, sizeof hostname), 0);
  EXPECT_STREQ(hostname, "small");
}

TEST(Setters, ReplaceWhatTheSuiteSays) {
  char hostname[65] = "";
  ASSERT_EQ(gethostname(hostname, sizeof hostname), 0);
  EXPECT_STREQ(hostname, "smaller");
}

TEST(Setters, MakeBudgetsToo) {
  EXPECT_WITHIN_BUDGET(cloister::Budget{}.with_memory(8_MiB).with_wall(10s));
}

}  // namespace
