#include "adapters/command/run/run_warden.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
#include <new>
#include <set>

#include "adapters/command/cell_options.h"
#include "adapters/command/libraries.h"
#include "adapters/command/run/ask.h"
#include "adapters/command/run/report_files.h"
#include "framework/config/settings.h"
#include "framework/host/needed_paths.h"
#include "framework/host/plan_here.h"
#include "framework/host/table.h"
#include "framework/plan/guest_pid.h"
#include "framework/report/encode.h"
#include "framework/report/words.h"
#include "framework/run/run.h"
#include "framework/watch/load_meter.h"
#include "framework/wire/bytes.h"

namespace cloister::command {
namespace {

constexpr int kNotExecutedStatus = 127;  // as a shell has it

// One flag that the warden and all its guests share: cells that stand already start no test more.
std::atomic<bool>* make_shared_flag() {
  void* page = ::mmap(nullptr, sizeof(std::atomic<bool>), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return page == MAP_FAILED ? nullptr : new (page) std::atomic<bool>(false);
}

Fd duplicate(const Fd& fd) { return Fd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0)); }

pid_t pid_of(const Selected& selected) {
  const auto& [binary, test] = selected;
  return guest_pid_of(std::filesystem::path(binary->program).filename().string(),
                      static_cast<std::uint32_t>(test - binary->tests.data()));
}

// Everything that the warden has. It is never destroyed in a guest.
class RunWarden final : public CellSource, public EventSink {
 public:
  RunWarden(const CellsOrder& order, Fd socket, Host& host)
      : order_(order), outbox_(std::move(socket)), host_(host), stop_(make_shared_flag()) {
    std::set<std::string> programs;
    for (const OrderedTest& test : order_.which)
      programs.insert(order_.tests[test.number].binary->program);
    for (const std::string& program : programs) need_program(host_.facts, program);
    for (const std::string& flag : order_.flags) need_named_in(host_.facts, flag);
  }

  // Returns something in a guest only.
  std::optional<GuestCall> watch() {
    WatchOptions options{.jobs = order_.jobs, .wait_for_reports = order_.fail_fast};
    if (order_.fill_processors) options.load = LoadMeter(host_.facts);
    if (auto guest = run_tasks(host_, std::move(options), *this, *this, outbox_, order_.services))
      return guest;
    // Those of tests that a signal has ended with the run lie in the host's /tmp where cells have
    // none of their own.
    CellReport nobodys;
    for (auto& [id, files] : files_) std::ignore = files.read(nobodys);
    files_.clear();
    say(WardenSays::kDone, "");
    outbox_.flush_all();
    return std::nullopt;
  }
  void note(const std::string& lines) {
    if (!lines.empty()) say(WardenSays::kNote, lines);
  }

  NextTask next() override {
    if (next_ == order_.which.size() || (stop_ != nullptr && *stop_)) return NoMore{};
    const auto& [number, settings, services] = order_.which[next_++];
    auto files = ReportFiles::make();
    if (!files) return CellTask{number, std::unexpected(files.error())};
    CellConfig config = settings;
    std::vector<int> kept = config.keep_fds.value_or(std::vector<int>());
    kept.push_back(files->guests_end());
    config.keep_fds = std::move(kept);
    files_.insert_or_assign(number, std::move(*files));
    return CellTask{number, shared(plan(config, services)), pid_of(order_.tests[number])};
  }
  std::string name_of_failed(const CellRef&, CellReport& report) override {
    take_report_files(report);
    judged_ = judge(report);
    return has_failed(*judged_) ? name_among_all(order_.tests[report.id]) : "";
  }
  // In a guest: it becomes the test.
  [[noreturn]] void become_test(GuestCall call) {
    if (stop_ != nullptr && *stop_) {
      call.side.send(static_cast<std::uint16_t>(Note::kNotStarted), {});
      ::_exit(0);
    }
    const Selected& selected = order_.tests[call.task];
    const auto paths = files_.at(call.task).open_in_guest();
    if (!paths) {
      call.side.fail_entry(paths.error());
      ::_exit(kNotExecutedStatus);
    }
    std::vector<std::string> command = command_of(selected, order_.flags, *paths);
    std::vector<std::string> environment = environment_of_tests(selected.test->environment);
    const auto pointers = [](std::vector<std::string>& texts) {
      std::vector<char*> all;
      all.reserve(texts.size() + 1);
      for (std::string& text : texts) all.push_back(text.data());
      all.push_back(nullptr);
      return all;
    };
    ::execve(selected.binary->program.c_str(), pointers(command).data(),
             pointers(environment).data());
    const int number = errno;
    call.side.send(static_cast<std::uint16_t>(Note::kNotExecuted),
                   {reinterpret_cast<const char*>(&number), sizeof number});
    ::_exit(kNotExecutedStatus);
  }

 private:
  void on(GuestStartEvent&& start) override {
    ByteWriter message;
    message.number(WardenSays::kStarted);
    message.number(start.of.task);
    outbox_.put(message.bytes());
    outbox_.flush();
  }
  void on(SlowCellEvent&& cell) override {
    note(fmt::format("cloister: note: {}\n", slow_words(order_.tests[cell.of.task].test->name,
                                                        cell.notice_after, cell.deadline)));
  }
  void on(ShortageEvent&& shortage) override {
    note(fmt::format("cloister: note: tests run {}\n", shortage.words));
  }
  void on(FileCollisionEvent&& collision) override {
    note(fmt::format("cloister: note: {}\n",
                     collision_words(collision.of.task, collision.conflict, names_)));
  }
  void on(CellEndEvent&& end) override {
    CellReport& report = end.report;
    take_report_files(report);
    Attempt attempt = judged_ ? std::move(*judged_) : judge(report);
    judged_.reset();
    judge_files(order_.tests[report.id], report, names_, attempt);
    if (is_bad(attempt.verdict)) {
      for (const std::string& note : audit_notes(report, names_, option_name))
        attempt.message += fmt::format("cloister: note: {}\n", note);
      if (const std::string text = services_text(report); !text.empty())
        attempt.message += fmt::format("cloister: note: {}\n", text);
    }
    if (order_.fail_fast && stop_ != nullptr && has_failed(attempt)) *stop_ = true;
    attempt.cell = std::move(report);
    ByteWriter message;
    message.number(WardenSays::kEnded);
    message.bytes() += encode(attempt);
    outbox_.put(message.bytes());
  }

  // With its program's, where another program has a test of that name, too: its file's, or all of
  // its path where that is the same as well.
  std::string name_among_all(const Selected& selected) const {
    const auto& [binary, test] = selected;
    const auto file_of = [](const Binary* of) {
      return std::filesystem::path(of->program).filename().string();
    };
    bool is_of_others = false;
    bool is_of_same_file = false;
    for (const Selected& other : order_.tests) {
      if (other.binary == binary || other.test->name != test->name) continue;
      is_of_others = true;
      is_of_same_file = is_of_same_file || file_of(other.binary) == file_of(binary);
    }
    if (!is_of_others) return test->name;
    // "../build/a_test" is "build/a_test" there.
    std::string program = is_of_same_file ? binary->program : file_of(binary);
    program.erase(0, program.find_first_not_of("./"));
    return fmt::format("{}/{}", program, test->name);
  }
  Attempt judge(const CellReport& report) const {
    const Selected& selected = order_.tests[report.id];
    return judge_end(selected, report, command_of(selected, order_.flags, {}));
  }
  static bool has_failed(const Attempt& attempt) {
    return is_bad(attempt.verdict) || !attempt.beside.empty();
  }
  // Once, when the cell has ended.
  void take_report_files(CellReport& report) {
    if (const auto files = files_.find(report.id); files != files_.end()) {
      for (std::string& text : files->second.read(report))
        report.events.push_back({static_cast<std::uint16_t>(Note::kReport), std::move(text)});
      files_.erase(files);
    }
  }
  Result<CellPlan> plan(const CellConfig& config,
                        const std::vector<SharedService>& services) const {
    return plan_here({.config = config, .services = services}, host_.facts,
                     order_.require ? "--require" : "");
  }
  void say(WardenSays what, const std::string& words) {
    ByteWriter message;
    message.number(what);
    message.text(words);
    outbox_.put(message.bytes());
    outbox_.flush();
  }

  const CellsOrder& order_;
  Outbox outbox_;
  Host& host_;
  std::atomic<bool>* stop_;
  const NameOfTest names_ = [this](std::uint32_t test) { return order_.tests[test].test->name; };
  std::map<std::uint32_t, ReportFiles> files_;  // of the cells that there are
  std::optional<Attempt> judged_;               // the one whose end is told next
  std::size_t next_ = 0;
};

}  // namespace

std::vector<std::string> command_of(const Selected& selected, const std::vector<std::string>& flags,
                                    const std::vector<std::string>& paths) {
  std::vector<std::string> command = {selected.binary->program};
  command.insert(command.end(), flags.begin(), flags.end());
  const auto& own = selected.test->arguments;
  command.insert(command.end(), own.begin(), own.end());
  if (paths.empty()) return command;
  const std::vector<std::string> places = {report_path(0), report_path(1)};
  const auto reports = selected.binary->kind->report_arguments(places);
  command.insert(command.end(), reports.begin(), reports.end());
  for (std::string& argument : command) {
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (const std::size_t at = argument.find(places[i]); at != std::string::npos)
        argument.replace(at, places[i].size(), paths[i]);
    }
  }
  return command;
}

void watch_cells(const std::function<const CellsOrder*()>& next, const Fd& socket,
                 ProbeDepth depth) {
  ::setsid();  // Ctrl-C is for the process that started this one, and whose end is seen here
  auto* host = new Host(open_host(depth));
  const bool makes_cells = host->builder.has_value();
  std::string losses = host->want ? "" : losses_text(host->facts);
  sigset_t mask;  // that guests begin with: a watch changes it
  ::sigprocmask(SIG_SETMASK, nullptr, &mask);
  while (const CellsOrder* order = next()) {
    auto* warden = new RunWarden(*order, duplicate(socket), *host);
    warden->note(std::exchange(losses, ""));
    if (const auto guest = warden->watch()) warden->become_test(*guest);
    delete warden;
    ::sigprocmask(SIG_SETMASK, &mask, nullptr);
    if (makes_cells && !host->builder) break;
  }
  host->builder.reset();
  ::_exit(0);
}

}  // namespace cloister::command
