// A program that holds something before its tests, in a static object: what GUEST_HOLDS names.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <tuple>

#include <cloister/gtest.h>

namespace {

std::string variable(const char* name) {
  const char* value = getenv(name);
  return value == nullptr ? "" : value;
}

int connected(const sockaddr* address, socklen_t size) {
  const int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  return connect(fd, address, size) == 0 ? fd : -1;
}

int connected_to_bus() {
  sockaddr_un address{AF_UNIX, {}};
  variable("GUEST_BUS").copy(address.sun_path, sizeof address.sun_path - 1);
  return connected(reinterpret_cast<sockaddr*>(&address), sizeof address);
}

int sending_only() {
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{AF_UNIX, {}};
  variable("GUEST_BUS").copy(address.sun_path, sizeof address.sun_path - 1);
  return connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 ? fd : -1;
}

int connected_to_port() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(atoi(variable("GUEST_PORT").c_str())));
  return connected(reinterpret_cast<sockaddr*>(&address), sizeof address);
}

int reading_end = -1;
int pipe_to_itself() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) abort();
  reading_end = ends[0];
  return ends[1];
}

int scratch_file() { return fcntl(fileno(tmpfile()), F_DUPFD_CLOEXEC, 0); }

// Past the heading of a file of two lines.
int half_read() {
  const int fd = open("read.me", O_RDONLY | O_CLOEXEC);
  char heading[8];
  return read(fd, heading, sizeof heading) == sizeof heading ? fd : -1;
}

constexpr int kKeptInCode = 60;
int kept_epoll() {
  const int fd = epoll_create1(EPOLL_CLOEXEC);
  dup3(fd, kKeptInCode, O_CLOEXEC);
  close(fd);
  return kKeptInCode;
}

int empty_signalfd() {
  sigset_t none;
  sigemptyset(&none);
  return signalfd(-1, &none, SFD_CLOEXEC);
}

int open_thing(const std::string& what) {
  if (what == "log") return open("case.log", O_CREAT | O_APPEND | O_WRONLY, 0600);
  if (what == "other log") return open("case.log", O_CREAT | O_TRUNC | O_WRONLY, 0600);
  if (what == "file") return half_read();
  if (what == "directory") return open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (what == "device") return open("/dev/zero", O_RDONLY | O_CLOEXEC);
  if (what == "seven eventfds") {
    for (int i = 0; i < 6; ++i) eventfd(0, EFD_CLOEXEC);
    return eventfd(0, EFD_CLOEXEC);
  }
  if (what == "stream") return fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 20);
  if (what == "epoll") return epoll_create1(EPOLL_CLOEXEC);
  if (what == "kept epoll") return kept_epoll();
  if (what == "eventfd") return eventfd(0, EFD_CLOEXEC);
  if (what == "inotify") return inotify_init1(IN_CLOEXEC);
  if (what == "signalfd") return empty_signalfd();
  if (what == "timerfd") return timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
  if (what == "socket") return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (what == "bus") return connected_to_bus();
  if (what == "way to the log") return sending_only();
  if (what == "port") return connected_to_port();
  if (what == "pipe") return pipe_to_itself();
  if (what == "memory file") return memfd_create("notes", MFD_CLOEXEC);
  if (what == "scratch file") return scratch_file();
  return -1;
}

// Whose words wait in this process.
FILE* const stream = variable("GUEST_HOLDS") == "open log" ? fopen("case.log", "a") : nullptr;

struct Page {
  pthread_mutex_t lock;
  std::atomic<int> value;
};

Page* open_page(const std::string& what) {
  if (!what.starts_with("page")) return nullptr;
  void* memory =
      mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  Page* page = new (memory) Page{};
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutex_init(&page->lock, &attributes);
  return page;
}

const std::string held_name = variable("GUEST_HOLDS");
const int held = open_thing(held_name);
Page* const page = open_page(held_name);

std::string link_of(int fd) {
  char link[4096];
  const ssize_t size = readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), link, sizeof link);
  return size > 0 ? std::string(link, static_cast<std::size_t>(size)) : "nothing";
}
const std::string held_link = link_of(held);

// As storage writes a file, with a word to the log in between.
void store_and_log() {
  const int data = open("/tmp/cloister-stored", O_CREAT | O_TRUNC | O_RDWR, 0600);
  std::ignore = write(data, "AB", 2);
  std::ignore = write(held, "half written\n", 13);
  std::ignore = write(data, "CD", 2);
  char back[64] = "";
  std::ignore = pread(data, back, sizeof back - 1, 0);
  unlink("/tmp/cloister-stored");
  EXPECT_STREQ(back, "ABCD") << "log " << held << ", data " << data;
}
TEST(Log, IsNotTheData) { store_and_log(); }
TEST(Log, IsNotTheDataOfAnother) { store_and_log(); }

TEST(Stream, HoldsWords) { EXPECT_GT(fputs("of one\n", stream), 0); }
TEST(Stream, HoldsMoreWords) { EXPECT_GT(fputs("of another\n", stream), 0); }

// Both at once, byte by byte.
void read_on() {
  std::string text;
  char byte = 0;
  while (read(held, &byte, 1) == 1) {
    text += byte;
    usleep(1000);
  }
  EXPECT_EQ(text, "a line that all of them read\n");
}
TEST(File, IsReadOn) { read_on(); }
TEST(File, IsReadOnByAnother) { read_on(); }

TEST(Descriptor, SendsAWord) { EXPECT_EQ(send(held, "word", 4, 0), 4); }
TEST(Descriptor, IsThere) { EXPECT_EQ(link_of(held), held_link); }
TEST(Descriptor, IsOfTheSameKind) { EXPECT_EQ(link_of(held).substr(0, 8), held_link.substr(0, 8)); }
CLOISTER_SUITE(Kept, cloister::CellConfig{}.with_keep_fds({kKeptInCode}));
TEST(Kept, IsThere) { EXPECT_EQ(link_of(held), held_link); }
TEST(Descriptor, IsNull) { EXPECT_EQ(link_of(held), "/dev/null"); }
TEST(Descriptor, ClosesOnExec) { EXPECT_EQ(fcntl(held, F_GETFD), FD_CLOEXEC); }

TEST(Page, IsOnesOwn) { EXPECT_EQ(page->value++, 0); }
TEST(Page, IsOnesOwnHere) { EXPECT_EQ(page->value++, 0); }
TEST(Page, DiesWithTheLock) {
  pthread_mutex_lock(&page->lock);
  abort();
}
TEST(Page, HasAFreeLock) {
  EXPECT_EQ(pthread_mutex_lock(&page->lock), 0);
  pthread_mutex_unlock(&page->lock);
}

// As a client does that asks for something.
void ask() {
  char answer = 0;
  EXPECT_EQ(write(held, "?", 1), 1);
  EXPECT_EQ(read(held, &answer, 1), 1);
  EXPECT_EQ(answer, '!');
}
TEST(Client, IsAnswered) { ask(); }
TEST(Client, IsAnsweredHere) { ask(); }

constexpr int kInherited = 50;  // from whoever started the program
constexpr int kFirstOfCloister = 900;

TEST(Inherited, IsTheOnlyOne) {
  for (int fd = 3; fd < kFirstOfCloister; ++fd)
    EXPECT_EQ(fcntl(fd, F_GETFD), fd == kInherited ? FD_CLOEXEC : -1) << fd << ' ' << link_of(fd);
}
TEST(Inherited, IsNone) {
  for (int fd = 3; fd < kFirstOfCloister; ++fd)
    EXPECT_EQ(fcntl(fd, F_GETFD), -1) << fd << ' ' << link_of(fd);
}
// main() has read the first byte.
void read_after_main() {
  char text[8] = "";
  EXPECT_EQ(read(kInherited, text, 4), 4);
  EXPECT_STREQ(text, "ine ");
}
TEST(Inherited, IsReadOn) { read_after_main(); }
TEST(Inherited, IsReadOnByAnother) { read_after_main(); }

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  // As a program does that reads its settings from there.
  char byte = 0;
  if (held_name == "settings") std::ignore = read(kInherited, &byte, 1);
  if (held_name == "page and thread") std::thread(pause).detach();
  return cloister::run_all_tests();
}
