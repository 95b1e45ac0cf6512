// The fixture of the suite: every test gets a redis-server of its own, on the port every
// redis-server has by default, and a client of it. Without cells two such tests cannot run at once.
#pragma once

#include <gtest/gtest.h>

#include <cloister/gtest.h>

#include "redis_client.h"
#include "redis_server.h"

namespace example {

class RedisTest : public testing::Test {
 protected:
  explicit RedisTest(RedisServer::Options options = {})
      : server(kDefaultPort, std::move(options)) {}

  void SetUp() override { ASSERT_TRUE(server.start()); }
  void TearDown() override { EXPECT_TRUE(server.stop()); }

  RedisServer server;
  RedisClient redis;
};

}  // namespace example
