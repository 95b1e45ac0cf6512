#include "adapters/googletest/before_the_run.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>
#include <string_view>

#include "adapters/googletest/configuration.h"
#include "adapters/googletest/shared_descriptors.h"
#include "framework/config/settings.h"
#include "framework/kernel/fd.h"
#include "framework/kernel/single_threaded_fork.h"
#include "framework/launch/open_descriptors.h"

namespace cloister::googletest {
namespace {

// One that was joined may be counted for some microseconds more.
int lasting_threads() {
  int threads = other_threads();
  for (int look = 0; threads > 0 && look < 10; ++look) {
    usleep(1000);
    threads = other_threads();
  }
  return threads;
}

// What a fork has not, or has not for itself.
struct Unforkable {
  int threads = 0;
  std::vector<SharedDescriptor> descriptors;
  std::vector<std::string> memory;

  bool anything() const { return threads > 0 || !descriptors.empty() || !memory.empty(); }
  // What connects them again from inside a cell; empty where that takes nothing.
  std::string needs;
};

// The settings with which a program that is started anew finds again what it is connected to.
std::string needs_of(const std::vector<SharedDescriptor>& descriptors, const CellConfig& config) {
  const auto lies = [&](SharedDescriptor::Beyond where) {
    return std::ranges::find(descriptors, where, &SharedDescriptor::beyond) != descriptors.end();
  };
  std::string needs;
  if (lies(SharedDescriptor::Beyond::kNetwork) && config.network != Network::kHost)
    needs = "--cloister_network=host";
  if (lies(SharedDescriptor::Beyond::kTmp) && config.private_tmp.value_or(true))
    needs += needs.empty() ? "--cloister_private_tmp=0" : " --cloister_private_tmp=0";
  return needs;
}

Unforkable look(const Options& options) {
  constexpr std::size_t kMostOfMaps = 64U << 20;
  const std::vector<int> kept = kept_by_any_test(options);
  Unforkable found{.threads = lasting_threads(),
                   .descriptors = shared_descriptors(list_descriptors()),
                   .memory = shared_memory(read_file("/proc/self/maps", kMostOfMaps).value_or(""))};
  std::erase_if(found.descriptors, [&](const SharedDescriptor& each) {
    return std::ranges::find(kept, each.number) != kept.end();
  });
  found.needs = needs_of(found.descriptors, overlay(options.file.config, options.config));
  return found;
}

// "1 more thread is running and descriptor 4 is an epoll before the tests".
std::string in_words(std::vector<std::string> clauses) {
  constexpr std::size_t kMostNamed = 4;
  if (clauses.size() > kMostNamed) {
    const std::size_t more = clauses.size() - (kMostNamed - 1);
    clauses.resize(kMostNamed - 1);
    clauses.push_back(fmt::format("there are {} more such", more));
  }
  const std::string last = clauses.back();
  clauses.pop_back();
  return fmt::format("{}{}{} before the tests", fmt::join(clauses, ", "),
                     clauses.empty() ? "" : " and ", last);
}

std::vector<std::string> clauses_of(const Unforkable& found) {
  std::vector<std::string> clauses;
  if (found.threads > 0) {
    clauses.push_back(fmt::format("{} more thread{} running", found.threads,
                                  found.threads == 1 ? " is" : "s are"));
  }
  for (const SharedDescriptor& each : found.descriptors)
    clauses.push_back(fmt::format("descriptor {} is {}", each.number, each.what));
  for (const std::string& each : found.memory)
    clauses.push_back(fmt::format("{} is shared memory", each));
  return clauses;
}

std::string numbers_of(const std::vector<SharedDescriptor>& descriptors) {
  std::string numbers;
  for (const SharedDescriptor& each : descriptors)
    numbers += fmt::format("{}{}", numbers.empty() ? "" : ",", each.number);
  return numbers;
}

void note_starting_anew(const Unforkable& found) {
  const std::size_t shared = found.descriptors.size() + found.memory.size();
  const char* them = found.threads > 1 ? "them" : "it";
  const std::string fork =
      shared == 0 ? fmt::format("would be without {}", them)
      : found.threads > 0
          ? "would be without the threads and share the rest with the others"
          : fmt::format("would share {} with the others", shared > 1 ? "them" : "it");
  fmt::print(stderr,
             "cloister: note: {}: each test starts the program anew, for a fork {} "
             "({}--cloister_launch=fork forks nevertheless)\n",
             in_words(clauses_of(found)), fork,
             found.needs.empty() ? "" : found.needs + " connects it again; ");
}

void note_forking_nevertheless(const Unforkable& found) {
  std::vector<std::string> becomes;
  if (found.threads > 0) {
    becomes.emplace_back(found.threads == 1 && found.descriptors.empty() && found.memory.empty()
                             ? "it does not exist in them"
                         : found.descriptors.empty() && found.memory.empty()
                             ? "they do not exist in them"
                             : "threads do not exist in them");
  }
  if (!found.descriptors.empty()) {
    becomes.push_back(fmt::format(
        "/dev/null is in place of descriptor{0} {1} in them "
        "(--cloister_keep_fds={1} shares {2}{3})",
        found.descriptors.size() == 1 ? "" : "s", numbers_of(found.descriptors),
        found.descriptors.size() == 1 ? "it" : "them",
        found.needs.empty() ? "" : ", " + found.needs + " has each test connect again"));
  }
  if (!found.memory.empty()) becomes.emplace_back("all of them share the memory");
  fmt::print(stderr, "cloister: note: {}; {}\n", in_words(clauses_of(found)),
             fmt::join(becomes, ", "));
}

bool has_position(const OpenDescriptor& open) {
  return (open.type == S_IFREG || open.type == S_IFDIR) && open.link.starts_with('/') &&
         (open.flags & (O_ACCMODE | O_PATH)) == O_RDONLY;
}

}  // namespace

// ThreadSanitizer's own is none of the user's.
int other_threads() {
  const std::string status = read_file("/proc/self/status").value_or("");
  const std::size_t at = status.find("Threads:\t");
  const int threads =
      at == std::string::npos ? 1 : atoi(status.c_str() + at + strlen("Threads:\t"));
  return std::max(0, threads - (fork_starts_a_thread() ? 2 : 1));
}

std::vector<std::string> shared_mappings(const std::string& maps) {
  std::vector<std::string> found;
  std::istringstream lines(maps);
  for (std::string line; std::getline(lines, line);) {
    unsigned long begin = 0;
    unsigned long end = 0;
    char may[5] = "";
    int at = 0;
    if (::sscanf(line.c_str(), "%lx-%lx %4s %*s %*s %*s %n", &begin, &end, may, &at) < 3 ||
        at == 0 || may[1] != 'w' || may[3] != 's')
      continue;
    found.push_back(fmt::format("{} of {} KiB", line.substr(static_cast<std::size_t>(at)),
                                (end - begin) / 1024));
  }
  return found;
}

std::vector<std::string> shared_memory(const std::string& maps) {
  std::vector<std::string> found = shared_mappings(maps);
  std::erase_if(found, [](const std::string& words) {
    constexpr std::string_view kDeleted = " (deleted)";
    const std::string name = words.substr(0, words.rfind(" of "));
    // A file that is deleted has a directory; "/SYSV..." is System V's, which has a key, "/i915"
    // and the like are drivers'.
    const bool nameless = name.starts_with("/memfd:") || name == "/anon_hugepage (deleted)" ||
                          (name.ends_with(kDeleted) && name.find('/', 1) != std::string::npos);
    return !nameless;
  });
  return found;
}

Launch decide_launch(const Options& options) {
  if (options.launch == Launch::kExec) return Launch::kExec;
  const Unforkable found = look(options);
  if (!found.anything()) return Launch::kFork;
  // A program that does not find whom it was connected to may end before its test begins. Without
  // its threads it was of no use anyway.
  const bool anew = options.launch == Launch::kAuto && (found.needs.empty() || found.threads > 0);
  if (anew) {
    note_starting_anew(found);
  } else {
    note_forking_nevertheless(found);
  }
  return anew ? Launch::kExec : Launch::kFork;
}

std::vector<HeldDescriptor> held_in_tests(Launch launch, int own) {
  const bool anew = launch == Launch::kExec;
  const std::vector<OpenDescriptor> all = list_descriptors();
  const std::vector<SharedDescriptor> shared = shared_descriptors(all);
  std::vector<HeldDescriptor> held;
  for (const OpenDescriptor& open : all) {
    // What a program has opened itself it opens again when it is started anew.
    if (open.number == own || (anew && !open.inherited)) continue;
    // By a ring of calls, sockets are made that the witness of the networks does not see.
    const bool is_ring = open.link == "anon_inode:[io_uring]";
    const bool is_shared =
        std::ranges::find(shared, open.number, &SharedDescriptor::number) != shared.end();
    held.push_back({.number = open.number,
                    .becomes = is_shared || is_ring ? InGuest::kNull
                               : has_position(open) ? InGuest::kReopened
                                                    : InGuest::kSame,
                    // What a test executes has no part in what the run was started with.
                    .close_on_exec = (open.close_on_exec || open.inherited) && !anew,
                    .flags = open.flags,
                    .offset = anew ? open.offset_at_start : -1});
  }
  return held;
}

}  // namespace cloister::googletest
