// Redis, what its operator does: configuration, FLUSHALL, memory limits, users, connections.
#include <stdexcept>
#include <string>

#include "redis_test.h"

namespace example {
namespace {

using namespace std::chrono_literals;

using RedisAdministration = RedisTest;
CLOISTER_SUITE(RedisAdministration, {.deadline = 30s});

constexpr int kMebibyte = 1 << 20;

TEST_F(RedisAdministration, IsTheServerOfThisTest) {
  EXPECT_EQ(redis.info("process_id"), std::to_string(server.pid()));
  EXPECT_EQ(redis.info("tcp_port"), "6379");
  EXPECT_EQ(redis.run("CONFIG", "GET", "dir"), (List{"dir", server.directory().string()}));
  EXPECT_EQ(redis.run("DBSIZE"), 0);
}

TEST_F(RedisAdministration, ConfigurationChangesWhileItRuns) {
  EXPECT_EQ(redis.run("CONFIG", "GET", "maxclients").list.size(), 2U);
  EXPECT_EQ(redis.run("CONFIG", "SET", "slowlog-log-slower-than", 0, "hz", 50), "OK");
  EXPECT_EQ(redis.run("CONFIG", "GET", "hz"), (List{"hz", "50"}));
  redis.run("PING");
  EXPECT_GT(redis.run("SLOWLOG", "LEN").integer, 0);
  EXPECT_TRUE(redis.run("CONFIG", "SET", "hz", "often").is_error("ERR"));
  EXPECT_EQ(redis.run("CONFIG", "RESETSTAT"), "OK");
}

TEST_F(RedisAdministration, FlushallEmptiesEveryDatabase) {
  redis.run("SET", "key", "in 0");
  EXPECT_EQ(redis.run("SELECT", 9), "OK");
  redis.run("SET", "key", "in 9");
  EXPECT_EQ(redis.run("FLUSHDB"), "OK");
  redis.run("SELECT", 0);
  EXPECT_EQ(redis.run("GET", "key"), "in 0");
  EXPECT_EQ(redis.run("FLUSHALL"), "OK");
  EXPECT_EQ(redis.run("DBSIZE"), 0);
}

TEST_F(RedisAdministration, FullServerEvicts) {
  redis.run("CONFIG", "SET", "maxmemory", 8 * kMebibyte, "maxmemory-policy", "allkeys-lru");
  constexpr int kKeys = 200;
  const std::string value(kMebibyte / 10, 'x');
  for (int i = 0; i < kKeys; ++i) ASSERT_EQ(redis.run("SET", i, value), "OK");
  redis.run("CONFIG", "SET", "maxmemory", 0);  // so that nothing more goes while we count
  const Reply left = redis.run("DBSIZE");
  EXPECT_GT(left.integer, 0);
  EXPECT_LT(left.integer, 100);
  EXPECT_EQ(redis.info("evicted_keys"), std::to_string(kKeys - left.integer));
}

TEST_F(RedisAdministration, FullServerRefusesWritesWhenItMayNotEvict) {
  redis.run("SET", "key", "value");
  redis.run("CONFIG", "SET", "maxmemory", 1, "maxmemory-policy", "noeviction");
  EXPECT_TRUE(redis.run("SET", "more", "value").is_error("OOM"));
  EXPECT_EQ(redis.run("GET", "key"), "value");
  EXPECT_EQ(redis.run("DEL", "key"), 1);
}

TEST_F(RedisAdministration, PasswordIsAskedFor) {
  EXPECT_EQ(redis.run("CONFIG", "SET", "requirepass", "secret"), "OK");
  RedisClient stranger;
  EXPECT_TRUE(stranger.run("GET", "key").is_error("NOAUTH"));
  EXPECT_TRUE(stranger.run("AUTH", "guess").is_error("WRONGPASS"));
  EXPECT_EQ(stranger.run("AUTH", "secret"), "OK");
  EXPECT_EQ(stranger.run("GET", "key"), kNil);
}

TEST_F(RedisAdministration, UsersHaveLimits) {
  EXPECT_EQ(redis.run("ACL", "SETUSER", "reader", "on", ">pw", "~public:*", "+get"), "OK");
  redis.run("MSET", "public:a", 1, "private:a", 2);
  RedisClient reader;
  EXPECT_EQ(reader.run("AUTH", "reader", "pw"), "OK");
  EXPECT_EQ(reader.run("GET", "public:a"), "1");
  EXPECT_TRUE(reader.run("GET", "private:a").is_error("NOPERM"));
  EXPECT_TRUE(reader.run("SET", "public:a", 3).is_error("NOPERM"));
}

TEST_F(RedisAdministration, ConnectionsCanBeClosed) {
  RedisClient victim;
  const Reply id = victim.run("CLIENT", "ID");
  EXPECT_EQ(redis.run("CLIENT", "KILL", "ID", id.integer), 1);
  EXPECT_THROW(victim.run("PING"), std::runtime_error);
  EXPECT_TRUE(eventually([&] { return redis.info("connected_clients") == "1"; }));
}

TEST_F(RedisAdministration, KeysCanBeCopiedAsBytes) {
  redis.run("RPUSH", "list", "a", "b");
  const std::string bytes = redis.run("DUMP", "list").text;
  EXPECT_EQ(redis.run("RESTORE", "copy", 0, bytes), "OK");
  EXPECT_EQ(redis.run("LRANGE", "copy", 0, -1), (List{"a", "b"}));
  EXPECT_TRUE(redis.run("RESTORE", "bad", 0, "broken").is_error("ERR"));
}

}  // namespace
}  // namespace example
