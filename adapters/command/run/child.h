// A test binary as a child of this process, outside any cell, because it makes its tests' cells
// itself. Used by linked.cc.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/readable_pipe.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "framework/kernel/error.h"
#include "framework/kernel/fd.h"

namespace cloister::command {

// How a process ended: by itself with a status, or by a signal.
struct ChildEnd {
  int status = 0;
  int signal = 0;
  bool is_success() const { return status == 0 && signal == 0; }
  // "ended with status 1", "was killed by SIGSEGV (Segmentation fault)"
  std::string text() const;
};

struct ChildStart {
  std::string program;
  std::vector<std::string> arguments;
  std::vector<std::string> environment;  // all of it, NAME=VALUE
  std::vector<const Fd*> files;          // from descriptor 3 on
};

class Child {
 public:
  using Take = std::function<void(std::string_view bytes)>;
  // Starts it as the leader of its own session; it dies with this process. Its output goes to `out`
  // and `err`, and its end to `ended`.
  static Result<std::unique_ptr<Child>> start(boost::asio::io_context& io, const ChildStart& start,
                                              Take out, Take err,
                                              std::function<void(ChildEnd)> ended);
  virtual ~Child() = default;
  // Sends the signal to it and to everything still in its session's process group.
  virtual void kill(int signal) = 0;
  // Stops reading its output. A process that outlived it may hold the pipes.
  virtual void stop_reading() = 0;
};

}  // namespace cloister::command
