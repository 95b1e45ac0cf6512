// One program of a [[service]], from its start to its end. Its owner is the process that waits for
// it: supervisor.h.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/config/service.h"
#include "framework/kernel/error.h"
#include "framework/kernel/fd.h"
#include "framework/protocol/service_log.h"

namespace cloister {

class RunningService {
 public:
  RunningService(const ServiceEntry& entry, ServiceLog& log) : entry_(entry), log_(log) {}

  // Starts the program. An Error also if something else answers already where it is to answer.
  Result<void> start();
  // What it still lacks to be ready, "port 6379 (Connection refused)"; "" when it is ready.
  std::string lacks();
  // Takes what it has printed.
  void drain();
  // It has ended, as wait(2) has it. That is logged, unless it was told to.
  void has_ended(int wait_status, bool was_told);

  const ServiceEntry& entry() const { return entry_; }
  const Fd& output() const { return output_; }
  pid_t pid() const { return pid_; }
  bool is_running() const { return pid_ > 0 && !end_; }
  // Its end has begun, and wait(2) does not know of it yet.
  bool is_exiting() const;
  // "exited with status 1", "was killed by SIGSEGV"; "" while it runs.
  std::string end_words() const;
  void signal(int number) const;
  void kill_group() const;

 private:
  std::unexpected<Error> not_executed(int number) const;
  void print(std::string_view bytes);
  void look_for_line(std::string_view bytes);
  std::string lacks_answer() const;

  const ServiceEntry& entry_;
  ServiceLog& log_;
  pid_t pid_ = -1;
  Fd output_;
  std::optional<int> end_{};
  bool is_in_line_ = false;
  bool has_printed_line_ = false;
  std::string kept_{};  // the end of what was printed, in which log_line may begin
};

}  // namespace cloister
