// Redis, collections: lists, hashes, sets, sorted sets, places, and the scan over all keys.
#include <algorithm>
#include <set>
#include <string>

#include "redis_test.h"

namespace example {
namespace {

using namespace std::chrono_literals;

using RedisCollections = RedisTest;
CLOISTER_SUITE(RedisCollections, {.deadline = 30s});

// Sets and hashes promise no order.
List sorted(Reply reply) {
  std::ranges::sort(reply.list, {}, &Reply::text);
  return reply.list;
}

TEST_F(RedisCollections, ListsAreQueuesAndStacks) {
  EXPECT_EQ(redis.run("RPUSH", "list", "b", "c"), 2);
  EXPECT_EQ(redis.run("LPUSH", "list", "a"), 3);
  EXPECT_EQ(redis.run("LINSERT", "list", "BEFORE", "c", "b2"), 4);
  EXPECT_EQ(redis.run("LRANGE", "list", 0, -1), (List{"a", "b", "b2", "c"}));
  EXPECT_EQ(redis.run("LPOP", "list"), "a");
  EXPECT_EQ(redis.run("RPOP", "list", 2), (List{"c", "b2"}));
  EXPECT_EQ(redis.run("LPOS", "list", "b"), 0);
}

TEST_F(RedisCollections, ListsHandElementsOver) {
  redis.run("RPUSH", "todo", "one", "two");
  EXPECT_EQ(redis.run("LMOVE", "todo", "doing", "LEFT", "RIGHT"), "one");
  EXPECT_EQ(redis.run("LMOVE", "todo", "doing", "LEFT", "RIGHT"), "two");
  EXPECT_EQ(redis.run("LMOVE", "todo", "doing", "LEFT", "RIGHT"), kNil);
  EXPECT_EQ(redis.run("EXISTS", "todo"), 0) << "an empty list is no key";
  EXPECT_EQ(redis.run("LRANGE", "doing", 0, -1), (List{"one", "two"}));
}

TEST_F(RedisCollections, HashesHoldFields) {
  EXPECT_EQ(redis.run("HSET", "user", "name", "Ada", "born", 1815), 2);
  EXPECT_EQ(redis.run("HSET", "user", "name", "Ada Lovelace"), 0);
  EXPECT_EQ(redis.run("HINCRBY", "user", "born", 37), 1852);
  EXPECT_EQ(redis.run("HMGET", "user", "name", "none"), (List{"Ada Lovelace", kNil}));
  EXPECT_EQ(sorted(redis.run("HKEYS", "user")), (List{"born", "name"}));
  EXPECT_EQ(redis.run("HDEL", "user", "born"), 1);
  EXPECT_EQ(redis.run("HLEN", "user"), 1);
}

TEST_F(RedisCollections, SetsIntersectUniteAndDiffer) {
  redis.run("SADD", "odd", 1, 3, 5, 7, 9);
  redis.run("SADD", "prime", 2, 3, 5, 7);
  EXPECT_EQ(sorted(redis.run("SINTER", "odd", "prime")), (List{"3", "5", "7"}));
  EXPECT_EQ(sorted(redis.run("SDIFF", "prime", "odd")), List{"2"});
  EXPECT_EQ(redis.run("SUNIONSTORE", "all", "odd", "prime"), 6);
  EXPECT_EQ(redis.run("SMISMEMBER", "all", 9, 10), (List{1, 0}));
  EXPECT_EQ(redis.run("SADD", "odd", 1), 0);
}

TEST_F(RedisCollections, SortedSetsRank) {
  redis.run("ZADD", "scores", 10, "ann", 30, "bob", 20, "cid");
  EXPECT_EQ(redis.run("ZRANGE", "scores", 0, -1), (List{"ann", "cid", "bob"}));
  EXPECT_EQ(redis.run("ZINCRBY", "scores", 25, "ann"), "35");
  EXPECT_EQ(redis.run("ZREVRANK", "scores", "ann"), 0);
  EXPECT_EQ(redis.run("ZRANGE", "scores", "(20", "+inf", "BYSCORE", "WITHSCORES"),
            (List{"bob", "30", "ann", "35"}));
  EXPECT_EQ(redis.run("ZPOPMIN", "scores"), (List{"cid", "20"}));
  EXPECT_EQ(redis.run("ZCARD", "scores"), 2);
}

TEST_F(RedisCollections, SortedSetsCompleteWords) {
  for (const char* word : {"cell", "cellar", "cello", "chime"}) redis.run("ZADD", "words", 0, word);
  EXPECT_EQ(redis.run("ZRANGEBYLEX", "words", "[cell", "[cell\xff"),
            (List{"cell", "cellar", "cello"}));
}

TEST_F(RedisCollections, PlacesHaveDistances) {
  redis.run("GEOADD", "cities", "13.361389", "38.115556", "Palermo", "15.087269", "37.502669",
            "Catania");
  EXPECT_NEAR(std::stod(redis.run("GEODIST", "cities", "Palermo", "Catania", "km").text), 166, 1);
  EXPECT_EQ(redis.run("GEOSEARCH", "cities", "FROMLONLAT", 15, 37, "BYRADIUS", 100, "km", "ASC"),
            List{"Catania"});
}

TEST_F(RedisCollections, KeysKeepTheirType) {
  redis.run("RPUSH", "list", "a");
  EXPECT_EQ(redis.run("TYPE", "list"), "list");
  EXPECT_TRUE(redis.run("HGET", "list", "field").is_error("WRONGTYPE"));
  EXPECT_TRUE(redis.run("INCR", "list").is_error("WRONGTYPE"));
  EXPECT_EQ(redis.run("RENAME", "list", "queue"), "OK");
  EXPECT_EQ(redis.run("TYPE", "list"), "none");
}

TEST_F(RedisCollections, ScanVisitsEveryKeyOnce) {
  constexpr int kKeys = 1000;
  for (int i = 0; i < kKeys; ++i) redis.run("SET", "key:" + std::to_string(i), i);
  redis.run("SET", "other", "not asked for");

  std::set<std::string> seen;
  std::string cursor = "0";
  do {
    const Reply page = redis.run("SCAN", cursor, "MATCH", "key:*", "COUNT", 50);
    ASSERT_EQ(page.list.size(), 2U);
    cursor = page.list[0].text;
    for (const Reply& key : page.list[1].list) seen.insert(key.text);
  } while (cursor != "0");
  EXPECT_EQ(seen.size(), kKeys);
  EXPECT_EQ(redis.run("DBSIZE"), kKeys + 1);
}

}  // namespace
}  // namespace example
