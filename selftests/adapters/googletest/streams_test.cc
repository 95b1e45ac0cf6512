// Where a report goes besides the console: to a socket (--gtest_stream_result_to), and to a reader
// that has had enough.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <regex>
#include <thread>

#include "framework/kernel/fd.h"
#include "selftests/support/guests.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {
namespace {

constexpr int kPatience = 20'000;  // milliseconds

// Listens on loopback, and keeps what the first connection sends.
class Receiver {
 public:
  Receiver() : listening_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    EXPECT_EQ(bind(listening_.get(), reinterpret_cast<sockaddr*>(&address), length), 0);
    EXPECT_EQ(listen(listening_.get(), 8), 0);
    getsockname(listening_.get(), reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    reader_ = std::thread([this] { receive(); });
  }
  ~Receiver() {
    if (reader_.joinable()) reader_.join();
  }
  std::string flag() const { return "--gtest_stream_result_to=localhost:" + std::to_string(port_); }
  std::string text() {
    reader_.join();
    return text_;
  }
  // Whether somebody else has connected as well.
  bool has_others() const {
    pollfd wait{listening_.get(), POLLIN, 0};
    return poll(&wait, 1, 0) > 0;
  }

 private:
  void receive() {
    pollfd wait{listening_.get(), POLLIN, 0};
    if (poll(&wait, 1, kPatience) <= 0) return;
    const Fd connection(accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    char bytes[4096];
    for (ssize_t got = 0; (got = read(connection.get(), bytes, sizeof bytes)) > 0;)
      text_.append(bytes, static_cast<std::size_t>(got));
  }
  Fd listening_;
  int port_ = 0;
  std::thread reader_;
  std::string text_;
};

std::string without_elapsed(const std::string& text) {
  return std::regex_replace(text, std::regex("elapsed_time=[0-9]+ms"), "elapsed_time=N");
}

class StreamedResults : public testing::TestWithParam<const char*> {};
TEST_P(StreamedResults, AreThoseOfAPlainRun) {
  // A process that a test forks holds no socket in a cell.
  const std::string filter = "--gtest_filter=-Forking.*";
  Receiver plain;
  run({{guest("everything"), filter, "--cloister=off", plain.flag()}});
  Receiver cells;
  run({{guest("everything"), filter, GetParam(), cells.flag()}});
  const std::string expected = without_elapsed(plain.text());
  EXPECT_NE(expected.find("event=TestPartResult"), std::string::npos);
  EXPECT_EQ(first_difference(expected, without_elapsed(cells.text())), "");
  EXPECT_FALSE(cells.has_others());
}
INSTANTIATE_TEST_SUITE_P(Launches, StreamedResults,
                         testing::Values("--cloister_launch=fork", "--cloister_launch=exec"));

// Repeats for ever; only the end of its reader ends it.
TEST(Forever, IsTheSameUntilTheReaderHasHadEnough) {
  const auto first_lines = [](const std::string& cloister) {
    const std::string command =
        guest("everything") + " " + cloister +
        " --gtest_repeat=-1 --gtest_fail_fast --gtest_filter=Plain.* 2>/dev/null";
    return run({{"sh", "-c", command + " | head -n 300"}});
  };
  const Ended plain = first_lines("--cloister=off");
  const Ended cells = first_lines("--cloister=on");
  EXPECT_EQ(cells.status, 0);
  EXPECT_NE(plain.out.find("Repeating all tests (iteration 3)"), std::string::npos);
  EXPECT_EQ(first_difference(without_times(plain.out), without_times(cells.out)), "");
}

}  // namespace
}  // namespace cloister::selftests
