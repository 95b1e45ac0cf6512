#include <gtest/gtest.h>
#include <unistd.h>

#include <cloister/gtest.h>

CLOISTER_SUITE(Outside, cloister::CellConfig{}.with_hostname("outside"));

TEST(Outside, RunsInACell) {
  char name[65] = {};
  gethostname(name, sizeof name);
  EXPECT_STREQ(name, "outside");
}
