// Redis, clients that talk to each other: publish and subscribe, blocking pops, streams.
#include <string>

#include "redis_test.h"

namespace example {
namespace {

using namespace std::chrono_literals;

class RedisMessages : public RedisTest {
 protected:
  // Until `count` clients wait inside a blocking command.
  bool blocked(int count) {
    return eventually([&] { return redis.info("blocked_clients") == std::to_string(count); });
  }

  RedisClient other;
};
CLOISTER_SUITE(RedisMessages, {.deadline = 30s});

TEST_F(RedisMessages, SubscribersHearPublishers) {
  EXPECT_EQ(redis.run("PUBLISH", "news", "too early"), 0);
  EXPECT_EQ(other.run("SUBSCRIBE", "news"), (List{"subscribe", "news", 1}));
  EXPECT_EQ(redis.run("PUBLISH", "news", "hello"), 1);
  EXPECT_EQ(redis.run("PUBLISH", "sport", "not asked for"), 0);
  EXPECT_EQ(redis.run("PUBLISH", "news", "bye"), 1);
  EXPECT_EQ(other.receive(), (List{"message", "news", "hello"}));
  EXPECT_EQ(other.receive(), (List{"message", "news", "bye"}));
  EXPECT_EQ(other.run("UNSUBSCRIBE", "news"), (List{"unsubscribe", "news", 0}));
}

TEST_F(RedisMessages, PatternsSubscribeToManyChannels) {
  EXPECT_EQ(other.run("PSUBSCRIBE", "sensor.*"), (List{"psubscribe", "sensor.*", 1}));
  EXPECT_EQ(redis.run("PUBLISH", "sensor.door", "open"), 1);
  EXPECT_EQ(other.receive(), (List{"pmessage", "sensor.*", "sensor.door", "open"}));
  EXPECT_EQ(redis.run("PUBSUB", "NUMPAT"), 1);
}

TEST_F(RedisMessages, KeyspaceTellsOfChanges) {
  redis.run("CONFIG", "SET", "notify-keyspace-events", "KEA");
  other.run("SUBSCRIBE", "__keyevent@0__:expired");
  redis.run("SET", "session", "open", "PX", 20);
  EXPECT_EQ(other.receive(), (List{"message", "__keyevent@0__:expired", "session"}));
}

TEST_F(RedisMessages, BlpopWaitsForAnotherClient) {
  other.send("BLPOP", "urgent", "queue", 0);
  ASSERT_TRUE(blocked(1));
  EXPECT_EQ(redis.run("RPUSH", "queue", "job"), 1);
  EXPECT_EQ(other.receive(), (List{"queue", "job"}));
  EXPECT_EQ(redis.run("LLEN", "queue"), 0);
}

TEST_F(RedisMessages, BlpopServesTheLongestWaitingFirst) {
  RedisClient third;
  other.send("BLPOP", "queue", 0);
  ASSERT_TRUE(blocked(1));
  third.send("BLPOP", "queue", 0);
  ASSERT_TRUE(blocked(2));
  redis.run("RPUSH", "queue", "first", "second");
  EXPECT_EQ(other.receive(), (List{"queue", "first"}));
  EXPECT_EQ(third.receive(), (List{"queue", "second"}));
}

TEST_F(RedisMessages, BlpopGivesUp) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(redis.run("BLPOP", "queue", "0.1"), kNil);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 90ms);
}

TEST_F(RedisMessages, StreamsKeepTheirHistory) {
  EXPECT_EQ(redis.run("XADD", "log", "1-1", "level", "info"), "1-1");
  EXPECT_EQ(redis.run("XADD", "log", "2-1", "level", "error"), "2-1");
  EXPECT_TRUE(redis.run("XADD", "log", "1-2", "level", "late").is_error("ERR The ID"));
  EXPECT_EQ(redis.run("XRANGE", "log", 2, "+"), List({List{"2-1", List{"level", "error"}}}));
  EXPECT_EQ(redis.run("XTRIM", "log", "MAXLEN", 1), 1);
  EXPECT_EQ(redis.run("XLEN", "log"), 1);
}

TEST_F(RedisMessages, StreamReaderWaitsForTheNextEntry) {
  other.send("XREAD", "BLOCK", 0, "STREAMS", "log", "$");
  ASSERT_TRUE(blocked(1));
  redis.run("XADD", "log", "5-1", "event", "start");
  const List entry = {"5-1", List{"event", "start"}};
  EXPECT_EQ(other.receive(), List({List{"log", List({entry})}}));
}

TEST_F(RedisMessages, ConsumerGroupsShareAStream) {
  for (int i = 1; i <= 3; ++i) redis.run("XADD", "jobs", std::to_string(i) + "-0", "job", i);
  EXPECT_EQ(redis.run("XGROUP", "CREATE", "jobs", "workers", 0), "OK");
  const auto take = [&](const char* worker) {
    const Reply reply =
        redis.run("XREADGROUP", "GROUP", "workers", worker, "COUNT", 1, "STREAMS", "jobs", ">");
    return reply == kNil ? "nothing" : reply.list[0].list[1].list[0].list[0].text;
  };
  EXPECT_EQ(take("ann"), "1-0");
  EXPECT_EQ(take("bob"), "2-0");
  EXPECT_EQ(take("ann"), "3-0");
  EXPECT_EQ(take("bob"), "nothing");

  EXPECT_EQ(redis.run("XACK", "jobs", "workers", "1-0", "2-0"), 2);
  const Reply pending = redis.run("XPENDING", "jobs", "workers");
  EXPECT_EQ(pending, (List{1, "3-0", "3-0", List({List{"ann", "1"}})}));
  const Reply claimed = redis.run("XCLAIM", "jobs", "workers", "bob", 0, "3-0", "JUSTID");
  EXPECT_EQ(claimed, List{"3-0"});
}

}  // namespace
}  // namespace example
