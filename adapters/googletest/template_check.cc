#include "adapters/googletest/template_check.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string_view>

#include "adapters/googletest/before_the_run.h"
#include "adapters/googletest/shared_descriptors.h"
#include "framework/kernel/fd.h"
#include "framework/kernel/stat_field.h"
#include "framework/launch/template_side.h"

namespace cloister::googletest {
namespace {

constexpr std::size_t kMostOfMaps = 64U << 20;

// Those with a file behind them that is no more than its content.
constexpr std::string_view kPlainDevices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random",
                                              "/dev/urandom"};

// "127.0.0.1:6379", from "0100007F:18EB" as /proc/net/tcp has it: proc(5).
std::string address_in_words(const std::string& hex) {
  unsigned parts[4] = {};
  unsigned port = 0;
  char text[INET6_ADDRSTRLEN] = "";
  if (::sscanf(hex.c_str(), "%8X:%X", &parts[0], &port) == 2) {
    ::inet_ntop(AF_INET, parts, text, sizeof text);
    return fmt::format("{}:{}", text, port);
  }
  if (::sscanf(hex.c_str(), "%8X%8X%8X%8X:%X", &parts[0], &parts[1], &parts[2], &parts[3], &port) !=
      5)
    return "";
  ::inet_ntop(AF_INET6, parts, text, sizeof text);
  return fmt::format("[{}]:{}", text, port);
}

struct Listener {
  std::string link;  // of its descriptor: "socket:[17]"
  std::string address;
};

std::vector<Listener> tcp_listeners() {
  std::vector<Listener> found;
  for (const char* file : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::istringstream lines(read_file(file).value_or(""));
    std::string line;
    std::getline(lines, line);  // the names of the fields
    while (std::getline(lines, line)) {
      std::istringstream fields(line);
      std::string number, local, remote, state, queues, timer, retransmits, uid, timeout, inode;
      fields >> number >> local >> remote >> state >> queues >> timer >> retransmits >> uid >>
          timeout >> inode;
      if (state == "0A")
        found.push_back({fmt::format("socket:[{}]", inode), address_in_words(local)});
    }
  }
  return found;
}

// " on 127.0.0.1:6379", or "".
std::string listens_in_words(const std::string& pid, const std::vector<Listener>& listeners) {
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator(fmt::format("/proc/{}/fd", pid), error)) {
    const std::string link = link_target(entry.path());
    const auto found = std::ranges::find(listeners, link, &Listener::link);
    if (found != listeners.end()) return " on " + found->address;
  }
  return "";
}

// Those of its cell, besides itself, init, and what has services of cloister.toml as children.
// Every test of a suite gets a cell without them.
std::vector<std::string> other_processes() {
  const TemplateRights to_look;
  std::vector<std::string> found;
  const std::string own = link_target("/proc/self");
  const std::vector<Listener> listeners = tcp_listeners();
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const std::string pid = entry.path().filename();
    if (pid.find_first_not_of("0123456789") != std::string::npos || pid == "1" || pid == own)
      continue;
    std::string name = read_file(entry.path() / "comm").value_or("");
    if (name.ends_with('\n')) name.pop_back();
    const bool is_alive = stat_field(pid, 3).value_or("Z") != "Z";
    if (name.empty() || !is_alive || name == kServiceSupervisor) continue;
    found.push_back(
        fmt::format("{} (pid {}) running{}", name, pid, listens_in_words(pid, listeners)));
  }
  return found;
}

std::vector<OpenDescriptor> opened_since(const BeforeSetUp& before) {
  std::vector<OpenDescriptor> opened = list_descriptors();
  std::erase_if(opened, [&](const OpenDescriptor& open) {
    return std::ranges::any_of(before.descriptors, [&](const OpenDescriptor& old) {
      return old.number == open.number && old.link == open.link;
    });
  });
  return opened;
}

bool is_reopened(const OpenDescriptor& open) {
  return (open.type == S_IFREG || open.type == S_IFDIR) && open.link.starts_with('/') &&
         !open.link.ends_with(" (deleted)") && !open.link.starts_with("/memfd:");
}

ReopenedFile to_reopen(const OpenDescriptor& open) {
  const off_t at = open.type == S_IFREG ? ::lseek(open.number, 0, SEEK_CUR) : 0;
  // What was done once, when it was opened first, is not done again.
  constexpr int kOnce = O_CREAT | O_EXCL | O_TRUNC | O_NOFOLLOW;
  return {open.number, open.link, open.flags & ~kOnce, open.close_on_exec, std::max<off_t>(at, 0)};
}

std::string in_words(const OpenDescriptor& open, const std::vector<SharedDescriptor>& shared) {
  const auto found = std::ranges::find(shared, open.number, &SharedDescriptor::number);
  const std::string what = found != shared.end() ? found->what : fmt::format("'{}'", open.link);
  return fmt::format("descriptor {} open, which is {}", open.number, what);
}

// To a process that it started, and nothing that its forks could take from each other.
bool is_of_service(const OpenDescriptor& open, const std::vector<SharedDescriptor>& shared) {
  const bool is_shared =
      std::ranges::find(shared, open.number, &SharedDescriptor::number) != shared.end();
  return open.link.starts_with("pidfd:") || open.link == "anon_inode:[pidfd]" ||
         (open.link.starts_with("pipe:") && !is_shared);
}

}  // namespace

std::vector<std::string> BeforeSetUp::mappings_now() {
  return shared_mappings(read_file("/proc/self/maps", kMostOfMaps).value_or(""));
}

LeftBySetUp left_by_set_up(const BeforeSetUp& before) {
  LeftBySetUp left{.services = other_processes(), .rest = {}, .files = {}};
  if (const int threads = other_threads(); threads > 0)
    left.rest.push_back(fmt::format("{} more thread{} running", threads, threads == 1 ? "" : "s"));
  const std::vector<OpenDescriptor> opened = opened_since(before);
  const std::vector<SharedDescriptor> shared = shared_descriptors(opened);
  for (const OpenDescriptor& open : opened) {
    if (is_reopened(open)) {
      left.files.push_back(to_reopen(open));
      continue;
    }
    if (std::ranges::find(kPlainDevices, open.link) != std::end(kPlainDevices)) continue;
    (is_of_service(open, shared) ? left.services : left.rest).push_back(in_words(open, shared));
  }
  std::vector<std::string> old = before.mappings;
  for (const std::string& mapping : BeforeSetUp::mappings_now()) {
    const auto known = std::ranges::find(old, mapping);
    if (known == old.end()) {
      left.rest.push_back("shared memory that can be written: " + mapping);
    } else {
      old.erase(known);
    }
  }
  return left;
}

}  // namespace cloister::googletest
