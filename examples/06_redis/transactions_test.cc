// Redis, many commands as one: MULTI and EXEC, WATCH, Lua scripts, pipelines.
#include <string>

#include "redis_test.h"

namespace example {
namespace {

using namespace std::chrono_literals;

using RedisTransactions = RedisTest;
CLOISTER_SUITE(RedisTransactions, {.deadline = 30s});

TEST_F(RedisTransactions, NobodySeesHalfOfOne) {
  RedisClient other;
  EXPECT_EQ(redis.run("MULTI"), "OK");
  EXPECT_EQ(redis.run("SET", "from", 90), "QUEUED");
  EXPECT_EQ(redis.run("SET", "to", 110), "QUEUED");
  EXPECT_EQ(other.run("MGET", "from", "to"), (List{kNil, kNil}));
  EXPECT_EQ(redis.run("EXEC"), (List{"OK", "OK"}));
  EXPECT_EQ(other.run("MGET", "from", "to"), (List{"90", "110"}));
}

TEST_F(RedisTransactions, WatchNoticesAnotherWriter) {
  RedisClient other;
  redis.run("SET", "balance", 100);
  EXPECT_EQ(redis.run("WATCH", "balance"), "OK");
  other.run("SET", "balance", 1);
  redis.run("MULTI");
  redis.run("SET", "balance", 200);
  EXPECT_EQ(redis.run("EXEC"), kNil) << "the watched key was changed";
  EXPECT_EQ(redis.run("GET", "balance"), "1");

  redis.run("MULTI");
  redis.run("INCR", "balance");
  EXPECT_EQ(redis.run("EXEC"), List{2}) << "EXEC has ended the watch";
}

TEST_F(RedisTransactions, DiscardForgetsTheQueue) {
  redis.run("MULTI");
  redis.run("SET", "key", "value");
  EXPECT_EQ(redis.run("DISCARD"), "OK");
  EXPECT_EQ(redis.run("GET", "key"), kNil);
  EXPECT_TRUE(redis.run("EXEC").is_error("ERR EXEC without MULTI"));
}

TEST_F(RedisTransactions, WrongCommandAbortsAll) {
  redis.run("MULTI");
  EXPECT_EQ(redis.run("SET", "key", "value"), "QUEUED");
  EXPECT_TRUE(redis.run("SET", "key").is_error("ERR wrong number of arguments"));
  EXPECT_TRUE(redis.run("EXEC").is_error("EXECABORT"));
  EXPECT_EQ(redis.run("EXISTS", "key"), 0);
}

TEST_F(RedisTransactions, FailingCommandDoesNotRollBackTheRest) {
  redis.run("SET", "text", "abc");
  redis.run("MULTI");
  redis.run("INCR", "text");
  redis.run("SET", "key", "value");
  const Reply replies = redis.run("EXEC");
  ASSERT_EQ(replies.list.size(), 2U);
  EXPECT_TRUE(replies.list[0].is_error("ERR value is not an integer"));
  EXPECT_EQ(redis.run("GET", "key"), "value");
}

TEST_F(RedisTransactions, LuaScriptReadsAndWrites) {
  const char* withdraw =
      "local balance = tonumber(redis.call('GET', KEYS[1]) or 0)\n"
      "if balance < tonumber(ARGV[1]) then return redis.error_reply('POOR ' .. balance) end\n"
      "return redis.call('DECRBY', KEYS[1], ARGV[1])\n";
  redis.run("SET", "balance", 100);
  EXPECT_EQ(redis.run("EVAL", withdraw, 1, "balance", 70), 30);
  EXPECT_TRUE(redis.run("EVAL", withdraw, 1, "balance", 70).is_error("POOR 30"));
  EXPECT_EQ(redis.run("GET", "balance"), "30");
}

TEST_F(RedisTransactions, LuaScriptsAreCachedByTheirHash) {
  const std::string hash = redis.run("SCRIPT", "LOAD", "return {KEYS[1], ARGV[1], 3}").text;
  EXPECT_EQ(hash.size(), 40U);
  EXPECT_EQ(redis.run("EVALSHA", hash, 1, "a", "b"), (List{"a", "b", 3}));
  EXPECT_EQ(redis.run("SCRIPT", "FLUSH"), "OK");
  EXPECT_TRUE(redis.run("EVALSHA", hash, 1, "a", "b").is_error("NOSCRIPT"));
}

TEST_F(RedisTransactions, EndlessScriptCanBeKilled) {
  RedisClient other;
  redis.run("CONFIG", "SET", "busy-reply-threshold", 10);
  redis.send("EVAL", "while true do end", 0);
  EXPECT_TRUE(eventually([&] { return other.run("GET", "key").is_error("BUSY"); }));
  EXPECT_EQ(other.run("SCRIPT", "KILL"), "OK");
  const Reply end = redis.receive();
  EXPECT_NE(end.text.find("Script killed by user"), std::string::npos) << end;
  EXPECT_EQ(other.run("GET", "key"), kNil);
}

TEST_F(RedisTransactions, PipelineAnswersInOrder) {
  constexpr int kCommands = 1000;
  for (int i = 0; i < kCommands; ++i) redis.send("INCRBY", "sum", i);
  int sum = 0;
  for (int i = 0; i < kCommands; ++i) {
    sum += i;
    ASSERT_EQ(redis.receive(), sum);
  }
}

}  // namespace
}  // namespace example
