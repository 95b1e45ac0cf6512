// What a program holds before its tests: what of it is there in them, and for what they start the
// program anew.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <thread>

#include "framework/kernel/fd.h"
#include "selftests/support/guests.h"
#include "selftests/support/run_program.h"

namespace cloister::selftests {
namespace {

constexpr const char* kAnew = ": each test starts the program anew, for a fork would ";

class Held : public testing::Test {
 protected:
  Held() {
    std::filesystem::create_directory(directory_);
    std::ofstream(directory_ + "/read.me") << "heading\na line that all of them read\n";
  }
  ~Held() override { std::filesystem::remove_all(directory_); }

  Ended run_holding(const std::string& what, const std::string& filter,
                    std::vector<std::string> flags = {}) {
    environment_.push_back("GUEST_HOLDS=" + what);
    flags.insert(flags.begin(), {guest("holding"), "--gtest_filter=" + filter});
    return run({flags, environment_, directory_});
  }
  std::string file(const std::string& name) const { return directory_ + "/" + name; }

  std::vector<std::string> environment_;

 private:
  std::string directory_ = scratch("held");
};

void expect_passed_by_forks(const Ended& ended) {
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  EXPECT_FALSE(ended.contains("before the tests")) << ended.err;
}

class HeldLog : public Held, public testing::WithParamInterface<const char*> {};
TEST_P(HeldLog, IsWrittenOnAndNothingElseIs) {
  expect_passed_by_forks(run_holding(GetParam(), "Log.*", {"--cloister_jobs=1"}));
  EXPECT_EQ(content_of(file("case.log")), "half written\nhalf written\n");
}
INSTANTIATE_TEST_SUITE_P(Opened, HeldLog, testing::Values("log", "other log"));

class HeldStream : public Held, public testing::WithParamInterface<const char*> {};
TEST_P(HeldStream, HasLeftNoWordsBehindWhenATestEnds) {
  expect_passed_by_forks(run_holding("open log", "Stream.*", {"--cloister_jobs=1", GetParam()}));
  EXPECT_EQ(content_of(file("case.log")), "of one\nof another\n");
}
INSTANTIATE_TEST_SUITE_P(Launches, HeldStream,
                         testing::Values("--cloister_launch=fork", "--cloister_launch=exec"));

TEST_F(Held, FileIsReadByEachTestFromWhereTheProgramStood) {
  expect_passed_by_forks(run_holding("file", "File.*", {"--cloister_jobs=2"}));
}

class HeldPlace : public Held, public testing::WithParamInterface<const char*> {};
TEST_P(HeldPlace, IsThereAsItWas) {
  expect_passed_by_forks(run_holding(GetParam(), "Descriptor.IsThere:Descriptor.Closes*"));
}
INSTANTIATE_TEST_SUITE_P(Of, HeldPlace, testing::Values("file", "directory", "device"));

struct Thing {
  const char* name;
  const char* words;
};
void PrintTo(const Thing& thing, std::ostream* out) { *out << thing.name; }

class HeldThing : public Held, public testing::WithParamInterface<Thing> {};
TEST_P(HeldThing, IsMadeAnewForEachTest) {
  const Ended ended = run_holding(GetParam().name, "Descriptor.IsOf*:Descriptor.Closes*");
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  EXPECT_NE(ended.err.find(GetParam().words), std::string::npos) << ended.err;
  EXPECT_NE(ended.err.find(kAnew), std::string::npos) << ended.err;
}
TEST_P(HeldThing, IsNullInForksAndNamed) {
  const Ended ended = run_holding(GetParam().name, "Descriptor.IsNull", {"--cloister_launch=fork"});
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  EXPECT_NE(ended.err.find(GetParam().words), std::string::npos) << ended.err;
  EXPECT_NE(ended.err.find("/dev/null is in place of descriptor"), std::string::npos) << ended.err;
}
INSTANTIATE_TEST_SUITE_P(
    Kinds, HeldThing,
    testing::Values(Thing{"epoll", " is an epoll before"},
                    Thing{"eventfd", " is an eventfd before"},
                    Thing{"inotify", " is an inotify before"},
                    Thing{"signalfd", " is a signalfd before"},
                    Thing{"timerfd", " is a timerfd before"},
                    Thing{"socket", " is a socket before"}, Thing{"pipe", " is a pipe to itself"},
                    Thing{"memory file", " is a file without a name ('/memfd:notes (deleted)')"},
                    Thing{"scratch file", " is a file without a name ('"},
                    Thing{"seven eventfds", " is an eventfd and there are 4 more such before"}));

TEST_F(Held, ThingThatIsToBeKeptIsSharedByForks) {
  const Ended named = run_holding("epoll", "Descriptor.IsNull", {"--cloister_launch=fork"});
  std::smatch flag;
  ASSERT_TRUE(std::regex_search(named.err, flag, std::regex("--cloister_keep_fds=[0-9]+")));
  expect_passed_by_forks(run_holding("epoll", "Descriptor.IsThere", {flag.str()}));
}

TEST_F(Held, ThingThatASuiteKeepsInCodeIsSharedByForks) {
  expect_passed_by_forks(run_holding("kept epoll", "Kept.IsThere"));
}

// Answers whoever connects, and counts them.
class Server {
 public:
  Server(const sockaddr* address, socklen_t size)
      : listening_(socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    EXPECT_EQ(bind(listening_.get(), address, size), 0);
    EXPECT_EQ(listen(listening_.get(), 8), 0);
    thread_ = std::thread([this] { serve(); });
  }
  ~Server() { stop(); }
  // How many have connected.
  int stop() {
    if (thread_.joinable()) {
      stop_.write_end.reset();
      thread_.join();
    }
    return connections_;
  }
  int port() const {
    sockaddr_in address{};
    socklen_t length = sizeof address;
    getsockname(listening_.get(), reinterpret_cast<sockaddr*>(&address), &length);
    return ntohs(address.sin_port);
  }

 private:
  void serve() {
    std::vector<pollfd> waits{{stop_.read_end.get(), 0, 0}, {listening_.get(), POLLIN, 0}};
    while (poll(waits.data(), waits.size(), -1) > 0 && waits[0].revents == 0) {
      for (std::size_t i = 2; i < waits.size(); ++i) {
        char question = 0;
        if (waits[i].revents == 0) continue;
        const bool asked = read(waits[i].fd, &question, 1) == 1 && write(waits[i].fd, "!", 1) == 1;
        if (asked) continue;
        close(waits[i].fd);
        waits[i].fd = -1;
      }
      if (waits[1].revents == 0) continue;
      waits.push_back({accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC), POLLIN, 0});
      ++connections_;
    }
    for (std::size_t i = 2; i < waits.size(); ++i) {
      if (waits[i].fd >= 0) close(waits[i].fd);
    }
  }
  Pipe stop_ = std::move(*make_pipe());
  Fd listening_;
  int connections_ = 0;
  std::thread thread_;
};

sockaddr_un local_address(const std::string& path) {
  sockaddr_un address{AF_UNIX, {}};
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

TEST_F(Held, BusIsConnectedByEachTestItself) {
  const sockaddr_un address = local_address(file("bus"));
  Server server(reinterpret_cast<const sockaddr*>(&address), sizeof address);
  environment_.push_back("GUEST_BUS=" + file("bus"));
  const Ended ended = run_holding("bus", "Client.*");
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  EXPECT_TRUE(
      ended.contains("is a socket connected to '" + file("bus") + "' before the tests" + kAnew))
      << ended.err;
  EXPECT_EQ(server.stop(), 3) << "the run and two tests";
}

TEST_F(Held, BusThatACellDoesNotSeeIsNullAndNamed) {
  const std::string path = "/tmp/cloister-bus-" + std::to_string(getpid());
  const sockaddr_un address = local_address(path);
  const Server server(reinterpret_cast<const sockaddr*>(&address), sizeof address);
  environment_ = {"GUEST_BUS=" + path, "TMPDIR=/"};
  const Ended ended = run_holding("bus", "Descriptor.IsNull");
  unlink(path.c_str());
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  EXPECT_TRUE(ended.contains(", --cloister_private_tmp=0 has each test connect again)\n"))
      << ended.err;
}

// The C library's, here Samba's part of it: it makes a new one in another process.
TEST_F(Held, WayToTheUsersDataIsNoReason) {
  std::filesystem::create_directory(file("winbindd"));
  const std::string path = file("winbindd/pipe");
  const sockaddr_un address = local_address(path);
  const Server server(reinterpret_cast<const sockaddr*>(&address), sizeof address);
  environment_.push_back("GUEST_BUS=" + path);
  expect_passed_by_forks(run_holding("bus", "Descriptor.IsThere"));
}

TEST_F(Held, WayToTheSystemsLogIsThereAsItWas) {
  const sockaddr_un address = local_address(file("log"));
  const Fd log(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(bind(log.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  environment_.push_back("GUEST_BUS=" + file("log"));
  expect_passed_by_forks(run_holding("way to the log", "Descriptor.SendsAWord"));
  char word[8] = "";
  EXPECT_EQ(recv(log.get(), word, sizeof word, MSG_DONTWAIT), 4);
}

class HeldConnection : public Held {
 protected:
  HeldConnection() { environment_.push_back("GUEST_PORT=" + std::to_string(server_.port())); }
  std::string words() const {
    return "is a socket connected to 127.0.0.1:" + std::to_string(server_.port()) +
           " before the tests";
  }

 private:
  static const sockaddr_in& address() {
    static sockaddr_in loopback{AF_INET, 0, {htonl(INADDR_LOOPBACK)}, {}};
    return loopback;
  }
  Server server_{reinterpret_cast<const sockaddr*>(&address()), sizeof(sockaddr_in)};
};
// Started anew, the program would not find whom to connect to.
TEST_F(HeldConnection, ToTheHostsNetworkIsNullAndNamed) {
  const Ended ended = run_holding("port", "Descriptor.IsNull");
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  EXPECT_TRUE(ended.contains(words() + "; /dev/null is in place of descriptor ")) << ended.err;
  EXPECT_TRUE(ended.contains(", --cloister_network=host has each test connect again)\n"))
      << ended.err;
}
TEST_F(HeldConnection, IsMadeAnewWhereCellsHaveThatNetwork) {
  const Ended ended = run_holding("port", "Client.*", {"--cloister_network=host"});
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  EXPECT_TRUE(ended.contains(words() + kAnew)) << ended.err;
}

TEST_F(Held, SharedPageIsMadeAnewForEachTest) {
  const Ended ended = run_holding("page", "Page.Is*");
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  EXPECT_TRUE(ended.contains(
      std::string("/dev/zero (deleted) of 4 KiB is shared memory before the tests") + kAnew))
      << ended.err;
}
TEST_F(Held, SharedLockIsFreeBesideATestThatDiesWithIt) {
  const Ended ended =
      run_holding("page", "Page.*Lock", {"--cloister_jobs=1", "--cloister_deadline=20s"});
  EXPECT_TRUE(ended.contains("Page.DiesWithTheLock was killed by SIGABRT")) << ended.out;
  EXPECT_TRUE(ended.contains("[       OK ] Page.HasAFreeLock")) << ended.out;
}
TEST_F(Held, SharedPageIsSharedByForksWhichIsSaid) {
  const Ended ended =
      run_holding("page", "Page.Is*", {"--cloister_launch=fork", "--cloister_jobs=1"});
  EXPECT_EQ(ended.status, 1);
  EXPECT_TRUE(ended.contains("before the tests; all of them share the memory\n")) << ended.err;
}
TEST_F(Held, PageAndThreadAreSaidInOneLine) {
  const Ended ended = run_holding("page and thread", "Page.Is*");
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  EXPECT_TRUE(
      ended.contains("cloister: note: 1 more thread is running and /dev/zero (deleted) of 4 "
                     "KiB is shared memory before the tests"))
      << ended.err;
}

// What this process holds while it starts the program, and hands on alone.
class Inherited : public Held, public testing::WithParamInterface<const char*> {
 protected:
  static constexpr int kNumber = 50;
  static void hold(int fd) {
    ASSERT_EQ(dup2(fd, kNumber), kNumber);
    close(fd);
    ASSERT_EQ(close_range(3, kNumber - 1, CLOSE_RANGE_CLOEXEC), 0);
    ASSERT_EQ(close_range(kNumber + 1, UINT_MAX, CLOSE_RANGE_CLOEXEC), 0);
  }
  ~Inherited() override { close(kNumber); }
};
TEST_P(Inherited, SocketIsThereAndIsNoReasonToStartAnew) {
  hold(socket(AF_UNIX, SOCK_STREAM, 0));
  expect_passed_by_forks(run_holding("nothing", "Inherited.IsTheOnlyOne", {GetParam()}));
}
TEST_P(Inherited, SocketForAStreamMayBeSetAside) {
  auto streams = make_socket_pair(SOCK_STREAM);
  ASSERT_TRUE(streams);
  hold(streams->theirs.release());
  const Ended ended = run({{"bash", "-c", "exec 2>&50; exec \"$@\"", "-", guest("holding"),
                            "--gtest_filter=Descriptor.IsThere", GetParam()},
                           {"GUEST_HOLDS=stream"}});
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  close(kNumber);
  std::string err(4096, '\0');
  const ssize_t got = read(streams->ours.get(), err.data(), err.size());
  err.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  EXPECT_EQ(err.find("before the tests"), std::string::npos) << err;
}
TEST_P(Inherited, FileIsReadOnByEachTestFromWhereMainLeftIt) {
  hold(open(file("read.me").c_str(), O_RDONLY));
  lseek(kNumber, 10, SEEK_SET);
  expect_passed_by_forks(
      run_holding("settings", "Inherited.IsReadOn*", {"--cloister_jobs=2", GetParam()}));
}
INSTANTIATE_TEST_SUITE_P(Launches, Inherited,
                         testing::Values("--cloister_launch=auto", "--cloister_launch=exec"));

}  // namespace
}  // namespace cloister::selftests
