// Shows: a redis and a replica of it, in two lines of a fixture. Each test has both, on the same
// two ports as every other test.
#include <gtest/gtest.h>

#include <cloister/service.h>

#include "examples/06_redis/redis_client.h"

namespace {

using example::RedisClient;

cloister::ServiceConfig redis(const std::string& name, int port) {
  return {.command = {"redis-server", "--port", std::to_string(port), "--save", "", "--dir", "/tmp",
                      "--repl-diskless-sync-delay", "0"},
          .ready = cloister::port(static_cast<std::uint16_t>(port)),
          .name = name};
}

cloister::ServiceConfig replica_of(int primary_port, int port) {
  cloister::ServiceConfig config = redis("replica", port);
  for (const std::string& word :
       {std::string("--replicaof"), std::string("127.0.0.1"), std::to_string(primary_port)})
    config.command.push_back(word);
  config.ready = cloister::all_of(
      {config.ready,
       cloister::when([port] { return RedisClient(port).info("master_link_status") == "up"; },
                      "link to the primary")});
  return config;
}

class Replication : public testing::Test {
 protected:
  // After this many replicas have the write.
  long long replicas_that_have_it() { return primary.run("WAIT", 1, 5000).integer; }

  cloister::Service primary_server{redis("primary", 6379)};
  cloister::Service replica_server{replica_of(6379, 6380)};
  RedisClient primary{6379};
  RedisClient replica{6380};
};

TEST_F(Replication, BringsAWriteToTheReplica) {
  primary.run("SET", "colour", "blue");
  ASSERT_EQ(replicas_that_have_it(), 1);
  EXPECT_EQ(replica.run("GET", "colour"), "blue");
}

TEST_F(Replication, RefusesAWriteAtTheReplica) {
  EXPECT_TRUE(replica.run("SET", "colour", "red").is_error("READONLY"));
}

TEST_F(Replication, LeavesTheReplicaItsDataWhenThePrimaryCrashes) {
  primary.run("SET", "colour", "green");
  ASSERT_EQ(replicas_that_have_it(), 1);
  primary_server.kill();
  EXPECT_EQ(replica.run("GET", "colour"), "green");
  replica.run("REPLICAOF", "NO", "ONE");
  EXPECT_EQ(replica.run("SET", "colour", "yellow"), "OK");
}

}  // namespace
