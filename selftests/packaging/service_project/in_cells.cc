#include <gtest/gtest.h>

#include <cloister/service.h>

TEST(Sleeper, IsReady) {
  cloister::Service sleeper{{.command = {"sh", "-c", "echo ready; exec sleep 100"},
                             .ready = cloister::log_line("ready")}};
  EXPECT_EQ(sleeper.log(), "ready\n");
}
