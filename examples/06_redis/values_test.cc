// Redis, values: strings, counters, expiry, bitmaps, HyperLogLog.
#include <string>

#include "redis_test.h"

namespace example {
namespace {

using namespace std::chrono_literals;

using RedisValues = RedisTest;
CLOISTER_SUITE(RedisValues, {.deadline = 30s});

TEST_F(RedisValues, StringsHoldAnyBytes) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes.push_back(static_cast<char>(byte));
  EXPECT_EQ(redis.run("SET", "blob", bytes), "OK");
  EXPECT_EQ(redis.run("STRLEN", "blob"), 256);
  EXPECT_EQ(redis.run("GET", "blob"), bytes);
}

TEST_F(RedisValues, StringsAreEditedInPlace) {
  EXPECT_EQ(redis.run("APPEND", "greeting", "hello "), 6);
  EXPECT_EQ(redis.run("APPEND", "greeting", "world"), 11);
  EXPECT_EQ(redis.run("SETRANGE", "greeting", 6, "redis"), 11);
  EXPECT_EQ(redis.run("GETRANGE", "greeting", -5, -1), "redis");
  EXPECT_EQ(redis.run("GET", "greeting"), "hello redis");
}

TEST_F(RedisValues, SetObeysNxAndXx) {
  EXPECT_EQ(redis.run("SET", "key", "a", "XX"), kNil);
  EXPECT_EQ(redis.run("SET", "key", "b", "NX"), "OK");
  EXPECT_EQ(redis.run("SET", "key", "c", "NX"), kNil);
  EXPECT_EQ(redis.run("SET", "key", "d", "XX", "GET"), "b");
  EXPECT_EQ(redis.run("GETDEL", "key"), "d");
  EXPECT_EQ(redis.run("EXISTS", "key"), 0);
}

TEST_F(RedisValues, ManyKeysAreSetAtOnceOrNotAtAll) {
  EXPECT_EQ(redis.run("MSET", "a", 1, "b", 2), "OK");
  EXPECT_EQ(redis.run("MSETNX", "b", 20, "c", 30), 0);
  EXPECT_EQ(redis.run("MGET", "a", "b", "c"), (List{"1", "2", kNil}));
}

TEST_F(RedisValues, CountersAreSharedByClients) {
  RedisClient other;
  for (int i = 0; i < 100; ++i) {
    redis.run("INCR", "visits");
    other.run("INCRBY", "visits", 2);
  }
  EXPECT_EQ(redis.run("DECR", "visits"), 299);
  EXPECT_EQ(redis.run("INCRBYFLOAT", "visits", "0.5"), "299.5");
}

TEST_F(RedisValues, TextCannotBeCounted) {
  redis.run("SET", "name", "redis");
  EXPECT_TRUE(redis.run("INCR", "name").is_error("ERR value is not an integer"));
  redis.run("SET", "most", "9223372036854775807");
  EXPECT_TRUE(redis.run("INCR", "most").is_error("ERR increment or decrement would overflow"));
}

TEST_F(RedisValues, KeysExpire) {
  EXPECT_EQ(redis.run("SET", "session", "open", "PX", 50), "OK");
  EXPECT_TRUE(eventually([&] { return redis.run("GET", "session") == kNil; }));
  EXPECT_EQ(redis.run("TTL", "session"), -2);
  EXPECT_EQ(redis.info("expired_keys"), "1");
}

TEST_F(RedisValues, PersistLiftsAnExpiry) {
  redis.run("SET", "session", "open", "EX", 100);
  const Reply left = redis.run("TTL", "session");
  EXPECT_GT(left.integer, 90);
  EXPECT_LE(left.integer, 100);
  EXPECT_EQ(redis.run("PERSIST", "session"), 1);
  EXPECT_EQ(redis.run("TTL", "session"), -1);
}

TEST_F(RedisValues, BitmapsCountAndCombine) {
  for (const int day : {1, 2, 3, 1000}) redis.run("SETBIT", "alice", day, 1);
  for (const int day : {2, 3, 4}) redis.run("SETBIT", "bob", day, 1);
  EXPECT_EQ(redis.run("BITCOUNT", "alice"), 4);
  EXPECT_EQ(redis.run("BITOP", "AND", "both", "alice", "bob"), 126);
  EXPECT_EQ(redis.run("BITCOUNT", "both"), 2);
  EXPECT_EQ(redis.run("BITPOS", "both", 1), 2);
  EXPECT_EQ(redis.run("GETBIT", "alice", 999), 0);
}

TEST_F(RedisValues, BitFieldsSaturate) {
  EXPECT_EQ(redis.run("BITFIELD", "level", "SET", "u8", 0, 250), List{0});
  EXPECT_EQ(redis.run("BITFIELD", "level", "OVERFLOW", "SAT", "INCRBY", "u8", 0, 10), List{255});
}

TEST_F(RedisValues, HyperLogLogEstimates) {
  for (int visitor = 0; visitor < 2000; ++visitor) {
    redis.run("PFADD", visitor % 2 == 0 ? "monday" : "tuesday", visitor);
    redis.run("PFADD", "tuesday", visitor / 2);
  }
  // The standard error of the estimate is 0.81%; the same input always gives the same estimate.
  EXPECT_NEAR(redis.run("PFCOUNT", "monday").integer, 1000, 40);
  EXPECT_EQ(redis.run("PFMERGE", "both", "monday", "tuesday"), "OK");
  EXPECT_NEAR(redis.run("PFCOUNT", "both").integer, 2000, 80);
}

}  // namespace
}  // namespace example
