// Suites whose tests are to be forks of a process in which their suite was set up, and what each
// set-up leaves or each test does.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <cloister/gtest.h>

namespace {

using namespace std::chrono_literals;

void write(const std::string& file, const std::string& text) { std::ofstream(file) << text; }
std::string content_of(const std::string& file) {
  std::ifstream in(file);
  std::string text;
  std::getline(in, text);
  return text;
}

// Adds a line to that file where static destructors run.
struct Destroyed {
  ~Destroyed() {
    if (const char* file = getenv("DESTROYED")) std::ofstream(file, std::ios::app) << "here\n";
  }
} destroyed;

// Everything that a set-up makes and a test has for itself.
class Prepared : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    printf("set up in %d\n", getpid());
    numbers = std::make_unique<std::vector<int>>(1000, 7);
    write("/tmp/prepared", "prepared");
    write("/dev/shm/prepared", "prepared");
    read = fopen("/tmp/prepared", "re");
    EXPECT_EQ(fgetc(read), 'p');
  }
  static void TearDownTestSuite() {
    printf("torn down in %d\n", getpid());
    EXPECT_EQ(numbers->front(), 7);
    EXPECT_EQ(content_of("/tmp/prepared"), "prepared");
    fclose(read);
  }
  // What every test finds and changes.
  static void change() {
    EXPECT_EQ(numbers->front(), 7);
    EXPECT_EQ(content_of("/tmp/prepared"), "prepared");
    EXPECT_EQ(content_of("/dev/shm/prepared"), "prepared");
    EXPECT_EQ(fgetc(read), 'r') << "a position of its own";
    EXPECT_NE(access("/tmp/made", F_OK), 0);
    numbers->front() = 1;
    write("/tmp/prepared", "changed");
    write("/dev/shm/prepared", "changed");
    write("/tmp/made", "made");
  }
  static std::unique_ptr<std::vector<int>> numbers;
  static FILE* read;
};
std::unique_ptr<std::vector<int>> Prepared::numbers;
FILE* Prepared::read = nullptr;
TEST_F(Prepared, First) { change(); }
TEST_F(Prepared, Second) { change(); }
TEST_F(Prepared, Third) { change(); }

// A template may do more than its forks.
class Rights : public testing::Test {
 protected:
  static void SetUpTestSuite() {}
  static unsigned long long set_of(const std::string& name) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with(name + ":\t"))
        return strtoull(line.c_str() + name.size() + 2, nullptr, 16);
    }
    ADD_FAILURE() << "no " << name;
    return ~0ULL;
  }
};
TEST_F(Rights, DoNotIncludeThoseOverTheCell) {
  constexpr unsigned long long kSysAdmin = 1ULL << 21;
  for (const char* set : {"CapPrm", "CapEff", "CapBnd", "CapInh"})
    EXPECT_EQ(set_of(set) & kSysAdmin, 0U) << set;
  EXPECT_EQ(set_of("NoNewPrivs"), 1U);
}
TEST_F(Rights, AreNoneForAnOrdinaryUser) {
  if (geteuid() == 0) return;
  EXPECT_EQ(set_of("CapPrm"), 0U);
}

class AtOnce : public testing::Test {
 protected:
  static void SetUpTestSuite() {}
};
TEST_F(AtOnce, First) { std::this_thread::sleep_for(500ms); }
TEST_F(AtOnce, Second) { std::this_thread::sleep_for(500ms); }
TEST_F(AtOnce, Third) { std::this_thread::sleep_for(500ms); }
TEST_F(AtOnce, Fourth) { std::this_thread::sleep_for(500ms); }

// A heap of a million objects. What a fork has changed of it is its own.
class LargeHeap : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    for (int i = 0; i < 1000000; ++i) objects.push_back(std::make_unique<int>(i));
  }
  static long own_kib() {
    std::ifstream rollup("/proc/self/smaps_rollup");
    long own = 0;
    for (std::string line; std::getline(rollup, line);) {
      long kib = 0;
      if (sscanf(line.c_str(), "Private_Dirty: %ld", &kib) == 1) own = kib;
    }
    return own;
  }
  static std::vector<std::unique_ptr<int>> objects;
};
std::vector<std::unique_ptr<int>> LargeHeap::objects;
TEST_F(LargeHeap, IsSharedUntilItIsWritten) {
  EXPECT_EQ(*objects.back(), 999999);
  EXPECT_LT(own_kib(), 1024);
}
TEST_F(LargeHeap, IsOnesOwnWhenItIsWritten) {
  for (const auto& object : objects) ++*object;
  EXPECT_GT(own_kib(), 16 * 1024);
}

#define TWO_TESTS(suite)  \
  TEST_F(suite, First) {} \
  TEST_F(suite, Second) {}

class LeavesThread : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    std::thread([] { pause(); }).detach();
  }
};
TWO_TESTS(LeavesThread)

class LeavesEpoll : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_GE(epoll_create1(0), 0); }
};
TWO_TESTS(LeavesEpoll)

// A device that has a state, as a GPU has.
class LeavesDevice : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_GE(posix_openpt(O_RDWR | O_NOCTTY), 0); }
};
TWO_TESTS(LeavesDevice)

class LeavesRing : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    io_uring_params parameters{};
    if (syscall(SYS_io_uring_setup, 4, &parameters) < 0) printf("no ring: %s\n", strerror(errno));
  }
};
TWO_TESTS(LeavesRing)

class LeavesSharedMemory : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const int file = open("/tmp/mapped", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    ASSERT_EQ(ftruncate(file, 4096), 0);
    ASSERT_NE(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), MAP_FAILED);
    close(file);
  }
};
TWO_TESTS(LeavesSharedMemory)

// A server in a process of its own. It answers each connection with a byte.
void serve(int socket) {
  for (int client = 0; (client = accept(socket, nullptr, nullptr)) >= 0;) {
    send(client, "!", 1, MSG_NOSIGNAL);
    close(client);
  }
  _exit(0);
}
bool is_answered(int family, const sockaddr* address, socklen_t size) {
  const int client = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  char byte = 0;
  const bool answered =
      connect(client, address, size) == 0 && recv(client, &byte, 1, 0) == 1 && byte == '!';
  close(client);
  return answered;
}

class Served : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    serve_at(AF_INET, reinterpret_cast<const sockaddr*>(&port), sizeof port);
    for (const char* path : {"/tmp/served", "served"}) {
      const sockaddr_un local = named(path);
      serve_at(AF_UNIX, reinterpret_cast<const sockaddr*>(&local), sizeof local);
    }
  }
  static void TearDownTestSuite() { unlink("served"); }
  static void serve_at(int family, const sockaddr* address, socklen_t size) {
    const int listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(bind(listener, address, size), 0) << strerror(errno);
    ASSERT_EQ(listen(listener, 4), 0);
    if (fork() == 0) serve(listener);
    close(listener);
  }
  static sockaddr_un named(const char* path) {
    sockaddr_un local{};
    local.sun_family = AF_UNIX;
    const std::string whole =
        path[0] == '/'
            ? path
            : std::string(std::unique_ptr<char, void (*)(void*)>(getcwd(nullptr, 0), free).get()) +
                  "/" + path;
    whole.copy(local.sun_path, sizeof local.sun_path - 1);
    return local;
  }
  static void expect_answers() {
    EXPECT_TRUE(is_answered(AF_INET, reinterpret_cast<const sockaddr*>(&port), sizeof port));
    for (const char* path : {"/tmp/served", "served"}) {
      const sockaddr_un local = named(path);
      EXPECT_TRUE(is_answered(AF_UNIX, reinterpret_cast<const sockaddr*>(&local), sizeof local))
          << path;
    }
  }
  static sockaddr_in port_of(std::uint16_t number) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(number);
    return address;
  }
  static const sockaddr_in port;
};
const sockaddr_in Served::port = port_of(6379);
TEST_F(Served, Answers) { expect_answers(); }
TEST_F(Served, AnswersAgain) { expect_answers(); }
// What it leaves must not meet the next.
TEST_F(Served, LeavesAProcessAPortAndMemory) {
  const sockaddr_in own = port_of(7000);
  serve_at(AF_INET, reinterpret_cast<const sockaddr*>(&own), sizeof own);
  EXPECT_GE(shmget(7, 4096, IPC_CREAT | IPC_EXCL | 0600), 0) << strerror(errno);
}
TEST_F(Served, FindsNoneOfThat) {
  const sockaddr_in other = port_of(7000);
  EXPECT_FALSE(is_answered(AF_INET, reinterpret_cast<const sockaddr*>(&other), sizeof other));
  EXPECT_LT(shmget(7, 0, 0), 0);
  expect_answers();
}

class BadSetUp : public testing::Test {
 protected:
  static void SetUpTestSuite() { FAIL() << "not set up"; }
};
TWO_TESTS(BadSetUp)

class DyingSetUp : public testing::Test {
 protected:
  static void SetUpTestSuite() { abort(); }
};
TWO_TESTS(DyingSetUp)
TEST_F(DyingSetUp, Third) {}

class DyingTearDown : public testing::Test {
 protected:
  static void SetUpTestSuite() {}
  static void TearDownTestSuite() { abort(); }
};
TWO_TESTS(DyingTearDown)

class Bad : public testing::Test {
 protected:
  static void SetUpTestSuite() {}
};
TEST_F(Bad, Crashes) { abort(); }
TEST_F(Bad, Exits) { exit(3); }
TEST_F(Bad, Hangs) { pause(); }
TEST_F(Bad, KillsAllItCan) {
  kill(getppid(), SIGKILL);
  kill(-1, SIGKILL);
  kill(1, SIGKILL);
}
TEST_F(Bad, DiesForADeathTest) {
  EXPECT_DEATH(abort(), "");
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(abort(), "");
}
TEST_F(Bad, TakesMuchMemory) {
  std::vector<char> memory(std::size_t{256} << 20, 'x');
  EXPECT_EQ(memory.back(), 'x');
}
TEST_F(Bad, Good) {}

// The template itself is killed, while its tests run.
class KilledTemplate : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const pid_t own = getpid();
    if (fork() == 0) {
      std::this_thread::sleep_for(700ms);
      kill(own, SIGKILL);
      _exit(0);
    }
  }
};
TEST_F(KilledTemplate, First) { std::this_thread::sleep_for(5s); }
TEST_F(KilledTemplate, Second) { std::this_thread::sleep_for(5s); }

class WritesFiles : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    write("by_set_up", "set-up");
    write("by_both", "set-up");
  }
  static void TearDownTestSuite() { write("by_tear_down", "tear-down"); }
};
TEST_F(WritesFiles, First) {
  EXPECT_EQ(content_of("by_set_up"), "set-up");
  write("by_both", "test");
  write("by_first", "test");
}
TEST_F(WritesFiles, Second) {
  EXPECT_EQ(content_of("by_both"), "set-up");
  EXPECT_EQ(content_of("by_first"), "");
}

class WithoutSetUp : public testing::Test {};
TEST_F(WithoutSetUp, First) { printf("process %d\n", getpid()); }
TEST_F(WithoutSetUp, Second) { printf("process %d\n", getpid()); }

}  // namespace
