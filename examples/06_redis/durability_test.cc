// Redis, what survives: snapshots (RDB), the append-only file (AOF), replicas on a second port.
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include "redis_test.h"

namespace example {
namespace {

using namespace std::chrono_literals;

class RedisDurability : public RedisTest {
 protected:
  using RedisTest::RedisTest;

  // A new server process on the old files, after a kill that left it no time to save.
  void crash_and_restart() {
    server.crash();
    ASSERT_TRUE(server.start());
    redis = RedisClient();
  }
};
CLOISTER_SUITE(RedisDurability, {.deadline = 30s});

TEST_F(RedisDurability, WhatWasNotSavedIsLost) {
  redis.run("SET", "key", "value");
  ASSERT_NO_FATAL_FAILURE(crash_and_restart());
  EXPECT_EQ(redis.run("GET", "key"), kNil);
}

TEST_F(RedisDurability, SnapshotSurvivesACrash) {
  redis.run("SET", "key", "saved");
  redis.run("RPUSH", "list", "a", "b");
  EXPECT_EQ(redis.run("SAVE"), "OK");
  EXPECT_TRUE(exists(server.directory() / "dump.rdb"));
  redis.run("SET", "key", "changed after the snapshot");
  ASSERT_NO_FATAL_FAILURE(crash_and_restart());
  EXPECT_EQ(redis.run("GET", "key"), "saved");
  EXPECT_EQ(redis.run("LRANGE", "list", 0, -1), (List{"a", "b"}));
}

TEST_F(RedisDurability, SnapshotIsMadeInTheBackground) {
  for (int i = 0; i < 1000; ++i) redis.run("SET", i, i);
  EXPECT_EQ(redis.run("BGSAVE"), "Background saving started");
  redis.run("SET", "key", "meanwhile");
  ASSERT_TRUE(eventually([&] { return redis.info("rdb_bgsave_in_progress") == "0"; }));
  EXPECT_EQ(redis.info("rdb_last_bgsave_status"), "ok");
  ASSERT_NO_FATAL_FAILURE(crash_and_restart());
  EXPECT_EQ(redis.run("DBSIZE"), 1000);
}

TEST_F(RedisDurability, ShutdownSavesWhenAskedTo) {
  redis.run("SET", "key", "value");
  redis.send("SHUTDOWN", "SAVE");
  EXPECT_THROW(redis.receive(), std::runtime_error);
  ASSERT_TRUE(server.stop());
  ASSERT_TRUE(server.start());
  redis = RedisClient();
  EXPECT_EQ(redis.run("GET", "key"), "value");
}

TEST_F(RedisDurability, BrokenSnapshotStopsTheStart) {
  redis.run("SET", "key", "value");
  redis.run("SAVE");
  server.crash();
  std::ofstream(server.directory() / "dump.rdb") << "this is no snapshot";
  const testing::AssertionResult started = server.start();
  ASSERT_FALSE(started);
  EXPECT_NE(std::string(started.message()).find("Wrong signature"), std::string::npos)
      << started.message();
}

class RedisAppendOnly : public RedisDurability {
 protected:
  RedisAppendOnly() : RedisDurability({"--appendonly", "yes", "--appendfsync", "always"}) {}
};
CLOISTER_SUITE(RedisAppendOnly, {.deadline = 30s});

TEST_F(RedisAppendOnly, EveryWriteSurvivesACrash) {
  for (int i = 0; i < 100; ++i) redis.run("INCR", "count");
  ASSERT_NO_FATAL_FAILURE(crash_and_restart());
  EXPECT_EQ(redis.run("GET", "count"), "100");
  redis.run("INCR", "count");
  ASSERT_NO_FATAL_FAILURE(crash_and_restart());
  EXPECT_EQ(redis.run("GET", "count"), "101");
}

TEST_F(RedisAppendOnly, RewriteKeepsTheData) {
  for (int i = 0; i < 100; ++i) redis.run("INCR", "count");
  ASSERT_FALSE(redis.run("BGREWRITEAOF").is_error(""));
  ASSERT_TRUE(eventually([&] { return redis.info("aof_rewrite_in_progress") == "0"; }));
  EXPECT_EQ(redis.info("aof_last_bgrewrite_status"), "ok");
  ASSERT_NO_FATAL_FAILURE(crash_and_restart());
  EXPECT_EQ(redis.run("GET", "count"), "100");
}

// A second server beside the first, which copies it.
class RedisReplication : public RedisDurability {
 protected:
  static constexpr int kReplicaPort = 6380;

  // No delay: by default the first waits 5 seconds for more replicas before it sends its data.
  RedisReplication() : RedisDurability({"--repl-diskless-sync-delay", "0"}) {}

  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(RedisDurability::SetUp());
    redis.run("SET", "early", "written before the replica came");
    ASSERT_TRUE(replica_server.start());
    ASSERT_TRUE(linked());
  }
  void TearDown() override {
    EXPECT_TRUE(replica_server.stop());
    RedisDurability::TearDown();
  }

  bool linked() {
    return eventually([this] { return replica.info("master_link_status") == "up"; });
  }

  RedisServer replica_server{kReplicaPort, {"--replicaof", "127.0.0.1 6379"}};
  RedisClient replica{kReplicaPort};
};
CLOISTER_SUITE(RedisReplication, {.deadline = 30s});

TEST_F(RedisReplication, ReplicaHasWhatWasThereAndWhatCame) {
  EXPECT_EQ(replica.run("GET", "early"), "written before the replica came");
  redis.run("SET", "late", "written after");
  EXPECT_EQ(redis.run("WAIT", 1, 5000), 1);
  EXPECT_EQ(replica.run("GET", "late"), "written after");
  EXPECT_EQ(redis.info("connected_slaves"), "1");
}

TEST_F(RedisReplication, ReplicaRefusesWritesUntilPromoted) {
  EXPECT_TRUE(replica.run("SET", "key", "value").is_error("READONLY"));
  server.crash();
  EXPECT_TRUE(eventually([&] { return replica.info("master_link_status") == "down"; }));
  EXPECT_EQ(replica.run("REPLICAOF", "NO", "ONE"), "OK");
  EXPECT_EQ(replica.run("SET", "key", "value"), "OK");
  EXPECT_EQ(replica.info("role"), "master");
}

TEST_F(RedisReplication, ReplicaCatchesUpAfterAPause) {
  ASSERT_TRUE(replica_server.stop());
  redis.run("SET", "missed", "written while the replica was away");
  ASSERT_TRUE(replica_server.start());
  replica = RedisClient(kReplicaPort);
  ASSERT_TRUE(linked());
  // A replica that continues where it was has its link before it has the rest of the data.
  EXPECT_EQ(redis.run("WAIT", 1, 5000), 1);
  EXPECT_EQ(replica.run("GET", "missed"), "written while the replica was away");
}

}  // namespace
}  // namespace example
