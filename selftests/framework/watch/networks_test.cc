// Networks that are lent to one cell after the other: handed on when nobody has used them, and only
// then.
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <set>
#include <thread>

#include "framework/kernel/fd.h"
#include "framework/kernel/single_threaded_fork.h"
#include "framework/launch/network_witness.h"
#include "framework/protocol/message.h"
#include "selftests/framework/watch/run_cells.h"
#include "selftests/support/lane.h"

namespace cloister {
namespace {

using selftests::lane_gives;

// Alive at once when one runs at a time: running, ahead, and three behind (watch.cc).
constexpr std::size_t kMostAlive = 5;
constexpr int kGuests = 12;

// What a guest tells the test itself, by a socket that it did not make: its network, to be held on
// to so that no other gets its number.
class Networks {
 public:
  Networks() : pair_(make_socket_pair(SOCK_SEQPACKET)) {}

  CellConfig config() const {
    return CellConfig{}.with_reuse_network(true).with_keep_fds({pair_->theirs.get()});
  }
  void tell(char word = ' ') const {
    const Fd own(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
    iovec data{&word, 1};
    Message message(&data, 1);
    message.attach(own.get());
    if (sendmsg(pair_->theirs.get(), message.head(), 0) != 1) _exit(1);
  }
  // In the order of the guests, where one ran at a time.
  void hear() {
    char word = 0;
    iovec data{&word, 1};
    while (true) {
      Message message(&data, 1);
      message.make_room();
      if (recvmsg(pair_->ours.get(), message.head(), MSG_DONTWAIT | MSG_CMSG_CLOEXEC) != 1) return;
      held_.emplace_back(message.descriptor());
      words_ += word;
      struct stat status{};
      ASSERT_EQ(fstat(held_.back().get(), &status), 0);
      numbers_.push_back(status.st_ino);
    }
  }
  const std::vector<ino_t>& numbers() const { return numbers_; }
  const std::string& words() const { return words_; }
  std::size_t different() const { return std::set(numbers_.begin(), numbers_.end()).size(); }

 private:
  Result<SocketPair> pair_;
  std::vector<Fd> held_;
  std::vector<ino_t> numbers_;
  std::string words_;
};

// A lane that cannot lend networks says so instead.
bool refused(const std::map<std::uint32_t, CellReport>& reports) {
  if (lane_gives("re-use of networks")) return false;
  for (const auto& [id, report] : reports) {
    const auto* failed = std::get_if<SetupFailed>(&report.outcome);
    if (failed == nullptr) {
      ADD_FAILURE() << "it was not refused";
    } else {
      EXPECT_NE(failed->why.find(" it asks for: "), std::string::npos) << failed->why;
    }
  }
  return true;
}

// How many networks as many guests had that all did this.
std::size_t networks_of(void (*deed)(), CellConfig (*change)(CellConfig) = nullptr) {
  Networks networks;
  const CellConfig config = change == nullptr ? networks.config() : change(networks.config());
  const FunctionGuest guest{config, [&networks, deed](GuestSide&) {
                              networks.tell();
                              deed();
                            }};
  const auto reports = run_cells(std::vector<FunctionGuest>(kGuests, guest), {.jobs = 1});
  if (refused(reports)) return 0;
  for (const auto& [id, report] : reports)
    EXPECT_TRUE(std::holds_alternative<Finished>(report.outcome)) << id;
  networks.hear();
  EXPECT_EQ(networks.numbers().size(), static_cast<std::size_t>(kGuests));
  return networks.different();
}

void do_nothing() {}
void make_socket() {
  if (socket(AF_UNIX, SOCK_STREAM, 0) < 0) _exit(1);
}
template <typename Deed>
void in_child(Deed deed) {
  if (const pid_t child = fork(); child == 0) {
    deed();
    _exit(0);
  } else {
    waitpid(child, nullptr, 0);
  }
}

TEST(LentNetworks, AreHandedOnWhenUnused) { EXPECT_LE(networks_of(do_nothing), kMostAlive); }

TEST(LentNetworks, AreThereOnRequestOnly) {
  if (!lane_gives("re-use of networks")) return;  // asked for above
  EXPECT_EQ(networks_of(do_nothing, [](CellConfig c) { return c.with_reuse_network(false); }),
            static_cast<std::size_t>(kGuests));
}

struct Way {
  const char* name;
  void (*deed)();
};
void PrintTo(const Way& way, std::ostream* out) { *out << way.name; }

class WayToANetwork : public testing::TestWithParam<Way> {};
TEST_P(WayToANetwork, IsAnEndToItsBeingHandedOn) {
  const std::size_t expected = lane_gives("re-use of networks") ? kGuests : 0;
  EXPECT_EQ(networks_of(GetParam().deed), expected);
}
INSTANTIATE_TEST_SUITE_P(
    Each, WayToANetwork,
    testing::Values(Way{"ASocket", make_socket},
                    Way{"ASocketOfAChild", [] { in_child(make_socket); }},
                    Way{"ASocketOfAThread", [] { std::thread(make_socket).join(); }},
                    Way{"ASocketPair",
                        [] {
                          int ends[2];
                          if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) _exit(1);
                        }},
                    Way{"ARingOfCalls",
                        [] {
                          io_uring_params parameters{};
                          syscall(SYS_io_uring_setup, 4, &parameters);
                        }},
                    Way{"ABpfProgram",
                        [] {
                          bpf_attr attributes{};
                          syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes);
                        }},
                    Way{"ASocketOfAnotherProgram",
                        [] {
                          in_child([] {
                            execlp("bash", "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/9", nullptr);
                          });
                        }}),
    [](const testing::TestParamInfo<Way>& each) { return std::string(each.param.name); });

// One that goes on while its cell is taken down, if it comes to run at all.
TEST(LentNetworks, AreUsedByWhatOutlivesItsGuest) {
  Networks networks;
  const FunctionGuest guest{networks.config(), [&networks](GuestSide&) {
                              networks.tell('g');
                              if (fork() != 0) return;
                              make_socket();
                              networks.tell('o');
                              while (true) close(socket(AF_UNIX, SOCK_STREAM, 0));
                            }};
  if (refused(run_cells(std::vector<FunctionGuest>(5 * kGuests, guest), {.jobs = 1}))) return;
  networks.hear();
  std::set<ino_t> used;
  for (std::size_t i = 0; i < networks.numbers().size(); ++i) {
    if (networks.words()[i] == 'o') used.insert(networks.numbers()[i]);
    if (networks.words()[i] == 'g') {
      EXPECT_FALSE(used.contains(networks.numbers()[i])) << i;
    }
  }
  EXPECT_FALSE(used.empty());
}

TEST(LentNetworks, AreNotUsedByASocketInAnotherNetwork) {
  EXPECT_LE(networks_of([] {
              in_child([] {
                if (unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0) make_socket();
              });
            }),
            kMostAlive);
}

// Loopback is up, or it is not: each test has what it asks for.
TEST(LentNetworks, OfTwoKindsAreKeptApart) {
  Networks networks;
  const auto look = [&networks](GuestSide&) {
    std::ifstream file("/proc/self/net/fib_trie");
    const std::string routes(std::istreambuf_iterator<char>(file), {});
    networks.tell(routes.find("127.0.0.1") == std::string::npos ? 'n' : 'l');
  };
  std::vector<FunctionGuest> guests;
  for (int i = 0; i < kGuests; ++i) {
    guests.push_back(
        {networks.config().with_network(i % 2 == 0 ? Network::kLoopback : Network::kNone), look});
  }
  if (refused(run_cells(guests, {.jobs = 1}))) return;
  networks.hear();
  EXPECT_EQ(networks.words(), "lnlnlnlnlnln");
  EXPECT_LE(networks.different(), 2 * kMostAlive);
  EXPECT_LT(networks.different(), static_cast<std::size_t>(kGuests));
}

// The process that makes cells has moved into a network that it lends: no other cell may follow.
TEST(LentNetworks, AreNotThoseOfTestsThatHaveTheHosts) {
  struct stat host{};
  ASSERT_EQ(stat("/proc/self/ns/net", &host), 0);
  Networks networks;
  std::vector<FunctionGuest> guests;
  for (int i = 0; i < kGuests; ++i) {
    guests.push_back(
        {networks.config().with_network(i % 2 == 0 ? Network::kLoopback : Network::kHost),
         [&networks](GuestSide&) { networks.tell(); }});
  }
  if (refused(run_cells(guests, {.jobs = 1}))) return;
  networks.hear();
  ASSERT_EQ(networks.numbers().size(), static_cast<std::size_t>(kGuests));
  for (std::size_t i = 0; i < networks.numbers().size(); ++i)
    EXPECT_EQ(networks.numbers()[i] == host.st_ino, i % 2 == 1) << i;
}

TEST(LentNetworks, HaveSettingsThatCannotBeChanged) {
  const auto report = run_cell(CellConfig{}.with_reuse_network(true), [](GuestSide& guest) {
    const Fd fd(open("/proc/sys/net/ipv4/ip_default_ttl", O_WRONLY | O_CLOEXEC));
    guest.send(5, fd.open() ? "it was opened" : fmt::format("{}", errno));
  });
  if (refused({{0, report}})) return;
  ASSERT_EQ(report.events.size(), 1U);
  EXPECT_EQ(report.events[0].payload, fmt::format("{}", geteuid() == 0 ? EROFS : EACCES));
}

TEST(LentNetworks, AreNotForGuestsThatMayMount) {
  if (geteuid() != 0 || !lane_gives("re-use of networks")) return;
  EXPECT_EQ(networks_of(do_nothing, [](CellConfig c) { return c.with_privileged(); }),
            static_cast<std::size_t>(kGuests));
}

// As inside of a cell with such a network.
TEST(LentNetworks, HaveNoWitnessWhereThereIsOne) {
  if (!can_ask_about_calls()) return;
  auto pipe = make_pipe();
  const pid_t child = single_threaded_fork();
  if (child == 0) {
    const auto first = watch_ways_to_networks();
    const auto second = watch_ways_to_networks();
    const std::string text = !first ? "the first failed" : second ? "both" : second.error().text();
    _exit(write(pipe->write_end.get(), text.data(), text.size()) < 0 ? 1 : 0);
  }
  pipe->write_end.reset();
  waitpid(child, nullptr, 0);
  char words[512] = {};
  ASSERT_GT(read(pipe->read_end.get(), words, sizeof words - 1), 0);
  EXPECT_NE(std::string(words).find("leave reuse_network out here"), std::string::npos) << words;
}

}  // namespace
}  // namespace cloister
