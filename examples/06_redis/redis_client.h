// A small client for the tests: hiredis with replies that are values, so that a test can say
// EXPECT_EQ(redis.run("INCR", "visits"), 1). Every wait has a limit; trouble with the connection
// is an exception, which GoogleTest reports as the failure of the test.
#pragma once

#include <chrono>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

struct redisContext;

namespace example {

inline constexpr int kDefaultPort = 6379;

// What a server answered.
struct Reply {
  enum class Kind { kNil, kInteger, kText, kError, kList };

  Reply() = default;
  Reply(long long number) : kind(Kind::kInteger), integer(number) {}
  Reply(int number) : Reply(static_cast<long long>(number)) {}
  Reply(std::string words) : kind(Kind::kText), text(std::move(words)) {}
  Reply(const char* words) : Reply(std::string(words)) {}
  Reply(std::vector<Reply> replies) : kind(Kind::kList), list(std::move(replies)) {}

  // An error whose words start with `code`, such as "WRONGTYPE".
  bool is_error(std::string_view code) const {
    return kind == Kind::kError && text.starts_with(code);
  }

  bool operator==(const Reply&) const = default;

  Kind kind = Kind::kNil;
  long long integer = 0;
  std::string text;  // of a kText, status replies such as OK included, or of a kError
  std::vector<Reply> list;
};

using List = std::vector<Reply>;
inline const Reply kNil;

// As redis-cli would print it; for the messages of failed assertions.
std::ostream& operator<<(std::ostream& out, const Reply& reply);

class RedisClient {
 public:
  // Connects to 127.0.0.1, when the first command is sent.
  explicit RedisClient(int port = kDefaultPort);

  // Sends one command and waits for its reply. Words are text or whole numbers.
  template <typename... Words>
  Reply run(const Words&... words) {
    send(words...);
    return receive();
  }

  // The two halves of run(): several commands may be sent before the first reply is received.
  template <typename... Words>
  void send(const Words&... words) {
    send_words({as_word(words)...});
  }
  Reply receive();

  // The value of one field of INFO, such as "process_id"; "" when there is none.
  std::string info(const std::string& field);

 private:
  struct Free {
    void operator()(redisContext* context) const;
  };

  template <typename Word>
  static std::string as_word(const Word& word) {
    if constexpr (std::is_integral_v<Word>) {
      return std::to_string(word);
    } else {
      return std::string(word);
    }
  }

  void connect();
  void send_words(const std::vector<std::string>& words);
  [[noreturn]] void fail(const std::string& doing) const;

  int port_;
  std::unique_ptr<redisContext, Free> context_;
};

}  // namespace example
