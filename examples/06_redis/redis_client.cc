#include "redis_client.h"

#include <hiredis/hiredis.h>
#include <signal.h>

#include <stdexcept>

namespace example {
namespace {

// Longer than any wait that a test asks of the server.
constexpr timeval kTimeout = {.tv_sec = 10, .tv_usec = 0};

Reply to_reply(const redisReply& raw) {
  Reply reply;
  switch (raw.type) {
    case REDIS_REPLY_NIL:
      break;
    case REDIS_REPLY_INTEGER:
      reply = raw.integer;
      break;
    case REDIS_REPLY_STATUS:
    case REDIS_REPLY_STRING:
      reply = std::string(raw.str, raw.len);
      break;
    case REDIS_REPLY_ERROR:
      reply = std::string(raw.str, raw.len);
      reply.kind = Reply::Kind::kError;
      break;
    case REDIS_REPLY_ARRAY:
      reply.kind = Reply::Kind::kList;
      for (std::size_t i = 0; i < raw.elements; ++i)
        reply.list.push_back(to_reply(*raw.element[i]));
      break;
    default:
      throw std::runtime_error("hiredis made a reply of the unknown type " +
                               std::to_string(raw.type));
  }
  return reply;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Reply& reply) {
  switch (reply.kind) {
    case Reply::Kind::kNil:
      return out << "(nil)";
    case Reply::Kind::kInteger:
      return out << "(integer) " << reply.integer;
    case Reply::Kind::kText:
      return out << '"' << reply.text << '"';
    case Reply::Kind::kError:
      return out << "(error) " << reply.text;
    case Reply::Kind::kList:
      break;
  }
  out << '[';
  for (std::size_t i = 0; i < reply.list.size(); ++i) out << (i == 0 ? "" : ", ") << reply.list[i];
  return out << ']';
}

void RedisClient::Free::operator()(redisContext* context) const { redisFree(context); }

RedisClient::RedisClient(int port) : port_(port) {
  // hiredis writes with write(2), and a server may be gone: an error is wanted, not a death.
  signal(SIGPIPE, SIG_IGN);
}

Reply RedisClient::receive() {
  void* raw = nullptr;
  if (context_ == nullptr || redisGetReply(context_.get(), &raw) != REDIS_OK) fail("receive from");
  const std::unique_ptr<void, void (*)(void*)> owner(raw, freeReplyObject);
  return to_reply(*static_cast<const redisReply*>(raw));
}

std::string RedisClient::info(const std::string& field) {
  const std::string text = "\r\n" + run("INFO").text;
  const std::string start = "\r\n" + field + ":";
  const std::size_t found = text.find(start);
  if (found == std::string::npos) return "";
  const std::size_t value = found + start.size();
  return text.substr(value, text.find("\r\n", value) - value);
}

void RedisClient::connect() {
  context_.reset(redisConnectWithTimeout("127.0.0.1", port_, kTimeout));
  if (context_ == nullptr || context_->err != 0) fail("connect to");
  if (redisSetTimeout(context_.get(), kTimeout) != REDIS_OK) fail("set a time limit for");
}

void RedisClient::send_words(const std::vector<std::string>& words) {
  if (context_ == nullptr) connect();
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  for (const std::string& word : words) {
    texts.push_back(word.data());
    sizes.push_back(word.size());
  }
  int all_written = redisAppendCommandArgv(context_.get(), static_cast<int>(words.size()),
                                           texts.data(), sizes.data()) != REDIS_OK;
  while (all_written == 0) {
    if (redisBufferWrite(context_.get(), &all_written) != REDIS_OK) fail("send to");
  }
}

void RedisClient::fail(const std::string& doing) const {
  throw std::runtime_error("cannot " + doing + " the server on port " + std::to_string(port_) +
                           ": " + (context_ == nullptr ? "not connected" : context_->errstr));
}

}  // namespace example
