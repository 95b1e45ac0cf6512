#include "adapters/command/run/cells.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/signal_set.hpp>

#include "adapters/command/cell_options.h"
#include "adapters/command/output.h"
#include "adapters/command/run/run_warden.h"
#include "framework/report/encode.h"
#include "framework/report/words.h"
#include "framework/run/fork_warden.h"
#include "framework/watch/pausing.h"
#include "framework/wire/bytes.h"

namespace cloister::command {
namespace {

namespace asio = boost::asio;

// Hears the warden until it has ended, or a signal says to stop.
class Hearing {
 public:
  Hearing(const CellsOrder& order, const RunEvents& events, Fd socket)
      : order_(order),
        events_(events),
        socket_(io_, socket.release()),
        signals_(io_, SIGINT, SIGTERM, SIGHUP) {}

  // 0, or the signal that broke it off.
  int to_the_end() {
    signals_.async_wait([this](auto error, int signal) {
      if (error) return;
      interrupted_ = signal;
      stop();
    });
    hear_next();
    io_.run();
    return interrupted_;
  }

 private:
  void hear_next() {
    asio::async_read(
        socket_, asio::buffer(&length_, sizeof length_), [this](auto error, std::size_t) {
          if (error) return signals_.cancel();
          message_.resize(length_);
          asio::async_read(socket_, asio::buffer(message_), [this](auto wrong, std::size_t) {
            if (wrong) return signals_.cancel();
            if (hear(message_)) return stop();
            hear_next();
          });
        });
  }

  void stop() {
    boost::system::error_code ignored;
    socket_.close(ignored);
    signals_.cancel(ignored);
  }

  // True when that was the last.
  bool hear(std::string_view message) {
    ByteReader in(message);
    switch (in.number<WardenSays>()) {
      case WardenSays::kStarted:
        events_.started(in.number<std::uint32_t>());
        return false;
      case WardenSays::kNote:
        events_.noted(std::string(in.text()));
        return false;
      case WardenSays::kEnded:
        hear_end(in.rest());
        return false;
      case WardenSays::kDone:
        break;
    }
    return true;
  }

  void hear_end(std::string_view encoded) {
    auto attempt = decode_attempt(encoded);
    if (attempt && attempt->test < order_.tests.size()) events_.ended(std::move(*attempt));
  }

  const CellsOrder& order_;
  const RunEvents& events_;
  asio::io_context io_;
  asio::posix::stream_descriptor socket_;
  asio::signal_set signals_;
  std::uint32_t length_ = 0;
  std::string message_;
  int interrupted_ = 0;
};

}  // namespace

Result<CellsProcess> CellsProcess::start(const std::function<void(Fd socket)>& live) {
  fflush(nullptr);
  auto forked = fork_warden();
  if (!forked) return std::unexpected(forked.error());
  if (forked->pid == 0) {
    live(std::move(forked->socket));
    ::_exit(kOwnFailure);
  }
  return CellsProcess(std::move(*forked));
}

int CellsProcess::hear(const CellsOrder& order, const RunEvents& events) {
  const Pausing pausing(warden_.socket);
  return Hearing(order, events, Fd(::fcntl(warden_.socket.get(), F_DUPFD_CLOEXEC, 0))).to_the_end();
}

Result<void> CellsProcess::end() {
  const std::string ended = warden_end_text(end_warden(warden_));
  if (ended.empty()) return {};
  return std::unexpected(Error{"run all tests: " + ended, 0, "start the run again"});
}

Result<int> run_in_cells(const CellsOrder& order, const RunEvents& events, ProbeDepth depth) {
  auto process = CellsProcess::start([&order, depth](Fd socket) {
    const CellsOrder* only = &order;
    watch_cells([&only] { return std::exchange(only, nullptr); }, socket, depth);
  });
  if (!process) return std::unexpected(process.error());
  const int interrupted = process->hear(order, events);
  const auto ended = process->end();
  if (interrupted == 0 && !ended) return std::unexpected(ended.error());
  return interrupted;
}

}  // namespace cloister::command
