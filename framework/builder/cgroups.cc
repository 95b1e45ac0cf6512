#include "framework/builder/cgroups.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "framework/builder/doing.h"
#include "framework/syscalls/path.h"

namespace cloister {
namespace {

// One walk over the encoded groups serves making, reading and removing.
template <typename OnGroup, typename OnSetting, typename OnReading>
bool walk(ByteReader& plan, std::uint32_t cell, OnGroup on_group, OnSetting on_setting,
          OnReading on_reading) {
  for (std::uint32_t groups = plan.count(); groups > 0; --groups) {
    const Path directory{plan.text(), Digits(cell)};
    if (!on_group(directory)) return false;
    for (std::uint32_t settings = plan.count(); settings > 0; --settings) {
      const std::string_view file = plan.text();
      const std::string_view value = plan.text();
      const bool required = plan.number<std::uint8_t>() != 0;
      if (!on_setting(Path{directory.text(), "/", file}, value, required)) return false;
    }
    for (std::uint32_t readings = plan.count(); readings > 0; --readings) {
      const auto reading = plan.number<Reading>();
      const std::string_view file = plan.text();
      const std::string_view key = plan.text();
      const auto divide_by = plan.number<std::uint32_t>();
      const auto index = static_cast<unsigned>(reading);
      if (index < kReadingCount && divide_by != 0)
        on_reading(reading, Path{directory.text(), "/", file}, key, divide_by);
    }
  }
  return true;
}

constexpr auto kEveryGroup = [](const Path&) { return true; };
constexpr auto kNoSetting = [](const Path&, std::string_view, bool) { return true; };
constexpr auto kNoReading = [](Reading, const Path&, std::string_view, std::uint32_t) {};

bool write_setting(const Path& file, std::string_view value) {
  const int fd = open(file.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool written = write(fd, value.data(), value.size()) >= 0;
  const int error = errno;
  close(fd);
  errno = error;
  return written;
}

// The sum of what follows each "key=".
std::uint64_t add_up(const char* text, std::string_view key) {
  const Path wanted{key};
  std::uint64_t sum = 0;
  while ((text = strstr(text, wanted.c_str())) != nullptr) {
    text += key.size();
    sum += strtoull(text, nullptr, 10);
  }
  return sum;
}

// As Gauge says it (plan.h).
std::uint64_t read_number(const Path& file, std::string_view key) {
  char text[4096];
  const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  const ssize_t got = read(fd, text, sizeof text - 1);
  close(fd);
  if (got <= 0) return 0;
  text[got] = '\0';
  if (key.empty()) return strtoull(text, nullptr, 10);
  if (key.back() == '=') return add_up(text, key);
  const Path wanted{key, " "};
  for (const char* line = text; line != nullptr; line = strchr(line, '\n')) {
    if (*line == '\n') ++line;
    if (strncmp(line, wanted.c_str(), key.size() + 1) == 0) {
      return strtoull(line + key.size() + 1, nullptr, 10);
    }
  }
  return 0;
}

bool make_directory(const Path& directory, InsideReply& failure) {
  if (mkdir(directory.c_str(), 0755) == 0 || errno == EEXIST) return true;
  return fail(failure, "make cgroup '%s'", directory.c_str());
}

template <typename Use>
void for_each_process(const Path& group, Use use) {
  FILE* procs = fopen(Path{group.c_str(), "/cgroup.procs"}.c_str(), "re");
  int pid = 0;
  while (procs != nullptr && fscanf(procs, "%d", &pid) == 1) {
    if (pid > 0) use(pid);
  }
  if (procs != nullptr) fclose(procs);
}

// The processes go back to where they came from; some may fork meanwhile.
void empty_leaf(const Path& leaf, const Path& group) {
  constexpr int kMostRounds = 20;
  for (int round = 0; round < kMostRounds; ++round) {
    for_each_process(leaf, [&group](int pid) {
      char text[16];
      const int length = snprintf(text, sizeof text, "%d", pid);
      write_setting(Path{group.c_str(), "/cgroup.procs"},
                    std::string_view(text, static_cast<std::size_t>(length)));
    });
    if (rmdir(leaf.c_str()) == 0 || errno == ENOENT) return;
  }
}

// A group is busy for a moment after its last process has ended.
void remove_run_directory(const Path& directory) {
  constexpr int kMostTries = 100;
  for (int tries = 0; tries < kMostTries && rmdir(directory.c_str()) != 0 && errno == EBUSY;
       ++tries)
    poll(nullptr, 0, 1);
}

}  // namespace

bool make_run_cgroups(ByteReader bases, InsideReply& failure) {
  for (std::uint32_t left = bases.count(); left > 0; --left) {
    if (!make_directory(Path{bases.text()}, failure)) return false;
    for (int skipped = 0; skipped < 3; ++skipped) bases.text();
  }
  return true;
}

void undo_run_cgroups(ByteReader bases) {
  for (std::uint32_t left = bases.count(); left > 0; --left) {
    remove_run_directory(Path{bases.text()});
    const Path group{bases.text()};
    const std::string_view disable = bases.text();
    const std::string_view leaf = bases.text();
    // Refused while another run has groups of its own here: it will undo this in its turn.
    if (!disable.empty() &&
        !write_setting(Path{group.c_str(), "/cgroup.subtree_control"}, disable)) {
      continue;
    }
    if (!leaf.empty()) empty_leaf(Path{leaf}, group);
  }
}

bool make_cgroups(ByteReader& plan, std::uint32_t cell, InsideReply& failure) {
  return walk(
      plan, cell, [&](const Path& directory) { return make_directory(directory, failure); },
      [&](const Path& file, std::string_view value, bool required) {
        return write_setting(file, value) || !required ||
               fail(failure, "write '%s' to '%s'", Path{value}.c_str(), file.c_str());
      },
      kNoReading);
}

void read_cgroups(ByteReader plan, std::uint32_t cell, bool early,
                  std::uint64_t (&readings)[kReadingCount]) {
  walk(plan, cell, kEveryGroup, kNoSetting,
       [&](Reading reading, const Path& file, std::string_view key, std::uint32_t divide_by) {
         if (is_read_early(reading) == early)
           readings[static_cast<int>(reading)] = read_number(file, key) / divide_by;
       });
}

bool remove_cgroups(ByteReader plan, std::uint32_t cell) {
  bool gone = true;
  walk(
      plan, cell,
      [&](const Path& directory) {
        if (rmdir(directory.c_str()) != 0 && errno != ENOENT) gone = false;
        return true;
      },
      kNoSetting, kNoReading);
  return gone;
}

void kill_cgroups(ByteReader plan, std::uint32_t cell) {
  walk(
      plan, cell,
      [](const Path& directory) {
        for_each_process(directory, [](int pid) { kill(pid, SIGKILL); });
        return true;
      },
      kNoSetting, kNoReading);
}

}  // namespace cloister
