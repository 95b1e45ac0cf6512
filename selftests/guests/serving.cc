// A server of the selftests of services. Its arguments are what it does, in that order; then it
// waits for a signal.
#include <dirent.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <functional>
#include <iostream>
#include <map>
#include <string>

namespace {

void need(bool good, const char* what) {
  if (good) return;
  perror(what);
  _exit(3);
}

int listen_at(int family, const void* address, socklen_t size) {
  const int listener = socket(family, SOCK_STREAM, 0);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  need(bind(listener, static_cast<const sockaddr*>(address), size) == 0, "bind");
  need(listen(listener, 8) == 0, "listen");
  return listener;
}

int listen_v4(const std::string& port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(stoi(port)));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return listen_at(AF_INET, &address, sizeof address);
}

int listen_v6(const std::string& port) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(static_cast<std::uint16_t>(stoi(port)));
  address.sin6_addr = in6addr_loopback;
  return listen_at(AF_INET6, &address, sizeof address);
}

int listen_unix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return listen_at(AF_UNIX, &address, sizeof address);
}

// Answers 503 twice, then 200, for ever.
void serve_http(const std::string& port) {
  const int listener = listen_v4(port);
  for (int requests = 0;; ++requests) {
    const int client = accept(listener, nullptr, nullptr);
    char request[1024];
    if (read(client, request, sizeof request) > 0)
      dprintf(client, "HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n",
              requests < 2 ? "503 No" : "200 OK");
    close(client);
  }
}

// Tells each client that sends something how many have done so, for ever.
void count_at(int listener) {
  for (int asked = 0;;) {
    const int client = accept(listener, nullptr, nullptr);
    char request = 0;
    if (read(client, &request, 1) == 1) dprintf(client, "%d", ++asked);
    close(client);
  }
}

void flood(const std::string& mebibytes) {
  const std::string line(1023, 'x');
  for (int left = stoi(mebibytes) * 1024; left > 0; --left) std::cout << line << '\n';
  std::cout << std::flush;
}

void show_descriptors(const std::string&) {
  DIR* const open = opendir("/proc/self/fd");
  while (const dirent* each = readdir(open)) {
    if (each->d_name[0] != '.' && atoi(each->d_name) != dirfd(open))
      std::cout << "fd " << each->d_name << '\n';
  }
  closedir(open);
  char stdin_is[64] = "";
  if (readlink("/proc/self/fd/0", stdin_is, sizeof stdin_is - 1) > 0)
    std::cout << "stdin " << stdin_is << '\n';
}

void show_signals(const std::string&) {
  sigset_t blocked;
  sigprocmask(SIG_SETMASK, nullptr, &blocked);
  std::cout << "SIGUSR1 blocked: " << sigismember(&blocked, SIGUSR1)
            << ", SIGPIPE ignored: " << (signal(SIGPIPE, SIG_DFL) == SIG_IGN) << '\n';
}

void leave_child(const std::string&) {
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGTERM, SIG_IGN);
    while (true) pause();
  }
  std::cout << "child " << child << "\n" << std::flush;
}

// Until the test sends SIGUSR2.
void await_test(const std::string&) {
  sigset_t awaited;
  sigemptyset(&awaited);
  sigaddset(&awaited, SIGUSR2);
  int number = 0;
  sigwait(&awaited, &number);
}

const std::map<std::string, std::function<void(const std::string&)>> kDeeds = {
    {"wait", [](const std::string& ms) { usleep(static_cast<useconds_t>(stoi(ms)) * 1000); }},
    {"say", [](const std::string& text) { std::cout << text << "\n"
                                                    << std::flush; }},
    {"write", [](const std::string& text) { std::cout << text << std::flush; }},
    {"complain", [](const std::string& text) { std::cerr << text + "\n"; }},
    {"listen", [](const std::string& port) { listen_v4(port); }},
    {"listen6", [](const std::string& port) { listen_v6(port); }},
    {"unix", [](const std::string& path) { listen_unix(path); }},
    {"count", [](const std::string& port) { count_at(listen_v4(port)); }},
    {"count-unix", [](const std::string& path) { count_at(listen_unix(path)); }},
    {"http", serve_http},
    {"deaf", [](const std::string& number) { signal(stoi(number), SIG_IGN); }},
    {"child", leave_child},
    {"await", await_test},
    {"flood", flood},
    {"descriptors", show_descriptors},
    {"signals", show_signals},
    {"variable",
     [](const std::string& name) {
       const char* value = getenv(name.c_str());
       std::cout << name << '=' << (value != nullptr ? value : "unset") << "\n" << std::flush;
     }},
    {"directory",
     [](const std::string&) { std::cout << get_current_dir_name() << "\n"
                                        << std::flush; }},
    {"exit", [](const std::string& status) { _exit(stoi(status)); }},
    {"raise", [](const std::string& number) { raise(stoi(number)); }},
};

}  // namespace

int main(int count, char** arguments) {
  sigset_t for_await;
  sigemptyset(&for_await);
  sigaddset(&for_await, SIGUSR2);
  sigprocmask(SIG_BLOCK, &for_await, nullptr);
  for (int at = 1; at < count; ++at) {
    const std::string deed = arguments[at];
    const std::size_t end = deed.find('=');
    kDeeds.at(deed.substr(0, end))(end == std::string::npos ? "" : deed.substr(end + 1));
    std::cout << std::flush;
  }
  while (true) pause();
}
