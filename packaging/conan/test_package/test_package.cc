#include <gtest/gtest.h>
#include <unistd.h>

#include <cloister/gtest.h>

CLOISTER_SUITE(Package, cloister::CellConfig{}.with_hostname("packaged"));

TEST(Package, RunsInACell) {
  char name[65] = {};
  gethostname(name, sizeof name);
  EXPECT_STREQ(name, "packaged");
}
