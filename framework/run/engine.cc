#include <fmt/format.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include <cloister/engine.h>

#include "framework/host/needed_paths.h"
#include "framework/host/plan_here.h"
#include "framework/host/table.h"
#include "framework/options/options.h"
#include "framework/protocol/frame.h"
#include "framework/report/encode.h"
#include "framework/report/words.h"
#include "framework/run/fork_warden.h"
#include "framework/run/run.h"
#include "framework/watch/pausing.h"
#include "framework/wire/bytes.h"

namespace cloister {
namespace {

// First of a message from the warden.
enum class News : std::uint8_t { kStart, kSlow, kNote, kEnd };

// What the warden has; it is never destroyed in a guest.
class TaskRun final : public CellSource, public EventSink {
 public:
  TaskRun(const std::vector<Task>& tasks, const Options& options, Fd socket)
      : tasks_(tasks), options_(options), outbox_(std::move(socket)) {}

  // What is thrown here ends the process: it must not reach the caller's code, which belongs to the
  // keeper.
  [[noreturn]] void live() noexcept {
    for (const std::string& argument : options_.arguments) need_named_in(host_.facts, argument);
    if (!host_.want) note(losses_text(host_.facts));
    if (auto guest = run_tasks(host_, at_once(options_, host_.facts), *this, *this, outbox_,
                               services_of_run())) {
      TaskLink link(guest->side);
      tasks_[guest->task].run(link);
      ::fflush(nullptr);
      guest->side.finish();
      ::_exit(0);
    }
    host_.builder.reset();
    ::_exit(0);
  }

  NextTask next() override {
    if (begun_ == tasks_.size()) return NoMore{};
    const auto id = static_cast<std::uint32_t>(begun_++);
    return CellTask{
        id, shared(plan_here({.config = config_of_run(options_, tasks_[id].name, tasks_[id].config),
                              .services = services_of(options_, tasks_[id].name)},
                             host_.facts, options_.require ? "--cloister_require" : ""))};
  }
  // "" is nobody's name: what an adapter calls a failure is not known here.
  std::string name_of_failed(const CellRef&, CellReport& report) override {
    return std::holds_alternative<Finished>(report.outcome) ? "" : tasks_[report.id].name;
  }

 private:
  void on(GuestStartEvent&& start) override {
    ByteWriter message = begin(News::kStart);
    message.number(start.of.task);
    message.number(static_cast<std::int32_t>(start.guest));
    put(message);
  }
  void on(SlowCellEvent&& slow) override {
    ByteWriter message = begin(News::kSlow);
    message.number(slow.of.task);
    message.number(slow.notice_after.count());
    message.number(slow.deadline.count());
    put(message);
  }
  void on(FileCollisionEvent&& collision) override {
    const auto name = [this](std::uint32_t task) { return tasks_[task].name; };
    note("cloister: note: " + collision_words(collision.of.task, collision.conflict, name) + "\n");
  }
  void on(ShortageEvent&& shortage) override {
    note(fmt::format("cloister: note: tasks run {}\n", shortage.words));
  }
  void on(CellEndEvent&& end) override {
    ByteWriter message = begin(News::kEnd);
    message.bytes() += encode(end.report);
    put(message);
  }

  std::vector<SharedService> services_of_run() const {
    return services_of_any(options_, [this](const TestPattern& pattern) {
      return std::ranges::any_of(tasks_,
                                 [&](const Task& task) { return pattern.matches(task.name); });
    });
  }
  static ByteWriter begin(News what) {
    ByteWriter message;
    message.number(what);
    return message;
  }
  void put(ByteWriter& message) {
    outbox_.put(message.bytes());
    outbox_.flush();
  }
  // A note for each line.
  void note(std::string_view lines) {
    while (!lines.empty()) {
      const std::size_t end = std::min(lines.find('\n'), lines.size());
      ByteWriter message = begin(News::kNote);
      message.text(lines.substr(0, end));
      put(message);
      lines.remove_prefix(std::min(end + 1, lines.size()));
    }
  }

  const std::vector<Task>& tasks_;
  const Options& options_;
  Outbox outbox_;
  Host host_ = open_host();
  std::size_t begun_ = 0;
};

Result<RunNews> read_news(std::string_view bytes) {
  ByteReader in(bytes);
  switch (in.number<News>()) {
    case News::kStart: {
      const auto task = in.number<std::uint32_t>();
      return TaskStart{task, in.number<std::int32_t>()};
    }
    case News::kSlow: {
      const auto task = in.number<std::uint32_t>();
      const auto after = in.number<std::chrono::milliseconds::rep>();
      const auto deadline = in.number<std::chrono::milliseconds::rep>();
      return TaskIsSlow{task, std::chrono::milliseconds(after),
                        std::chrono::milliseconds(deadline)};
    }
    case News::kNote:
      return RunNote{std::string(in.text())};
    case News::kEnd:
      if (auto report = decode_report(bytes.substr(sizeof(News))))
        return TaskEnd{std::move(*report)};
  }
  return failed("read what the warden says of a task");
}

// Ends the run with it, also when an exception of the listener leaves it.
struct WardenEnd {
  WardenFork& warden;
  explicit WardenEnd(WardenFork& of) : warden(of) {}
  WardenEnd(const WardenEnd&) = delete;
  WardenEnd& operator=(const WardenEnd&) = delete;
  ~WardenEnd() { end_warden(warden); }
};

}  // namespace

bool TaskLink::send(std::uint16_t kind, std::string_view payload) {
  return kind < kFirstEngineFrame && side_.send(kind, payload);
}

std::string run_in_cells(const std::vector<Task>& tasks, const std::vector<std::string>& flags,
                         const std::function<void(const RunNews&)>& hear) {
  const auto options = parse_options(flags, ::getenv, read_config);
  if (!options) return options.error();
  if (!options->enabled) return "cloister: off: there are no cells to run tasks in";
  ::fflush(nullptr);  // what is buffered now would come out of every task again
  auto warden = fork_warden();
  if (!warden) return "cloister: " + warden.error().text();
  if (warden->pid == 0) {
    ::setsid();  // Ctrl-C is for the keeper, whose end is seen by the end of its socket
    (new TaskRun(tasks, *options, std::move(warden->socket)))->live();
  }
  const WardenEnd at_last(*warden);
  const Pausing pausing(warden->socket);
  std::size_t ended = 0;
  while (const auto bytes = read_message(warden->socket)) {
    const auto news = read_news(*bytes);
    if (!news) break;
    ended += std::holds_alternative<TaskEnd>(*news) ? 1 : 0;
    hear(*news);
  }
  const int status = end_warden(*warden);
  if (ended == tasks.size()) return "";
  return fmt::format("cloister: {} before {} of {} tasks had ended; start the run again",
                     status == 0 ? "the warden ended" : warden_end_text(status),
                     tasks.size() - ended, tasks.size());
}

std::vector<std::string> notes_of(const CellReport& report) {
  std::vector<std::string> notes = limit_notes(report, flag_of);
  if (std::string words = put_failure_words(report, flag_of); !words.empty())
    notes.push_back(std::move(words));
  if (std::string text = services_text(report);
      !text.empty() && !std::holds_alternative<Finished>(report.outcome))
    notes.push_back(std::move(text));
  for (const std::string& left : leftovers_text(report, false)) notes.push_back("it left " + left);
  return notes;
}

}  // namespace cloister
