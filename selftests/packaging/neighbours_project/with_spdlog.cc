#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

TEST(Spdlog, Logs) { spdlog::info("{} {}", "logged", 7); }
