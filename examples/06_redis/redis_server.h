// A redis-server process of one test: started in the foreground on a fixed port and a fresh
// directory under /tmp, ended with its owner. Never confused with the server of another test: it
// counts as started only when the process that answers on the port is the very child.
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "redis_client.h"

namespace example {

class RedisServer {
 public:
  using Options = std::vector<std::string>;

  // `options` are further arguments of redis-server: {"--appendonly", "yes"}.
  explicit RedisServer(int port = kDefaultPort, Options options = {});
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;
  ~RedisServer();

  // Starts the server and waits until it answers. The failure quotes what the server has said. A
  // second start, after stop() or crash(), finds the files of the first.
  testing::AssertionResult start();
  // Asks the server to shut down, as its operator would, and waits for it. Fails when it does not
  // end by itself with status 0; succeeds when none is running.
  testing::AssertionResult stop();
  // Kills the server: it cannot save anything any more.
  void crash();

  pid_t pid() const { return pid_; }
  const std::filesystem::path& directory() const { return directory_; }

 private:
  [[noreturn]] void become_server() const;
  bool answers() const;
  bool has_ended();
  std::string words() const;  // what the server has printed

  int port_;
  Options options_;
  std::filesystem::path directory_;
  pid_t pid_ = 0;  // 0 when none is running
  int wait_status_ = 0;
};

// Asks again and again until `condition` holds; false when it has not after `limit`.
bool eventually(const std::function<bool()>& condition,
                std::chrono::milliseconds limit = std::chrono::seconds(10));

}  // namespace example
