// The engine, without a test framework: runs functions, each in a cell of its own, and tells what
// becomes of them. For runners and for adapters of other frameworks; tests of GoogleTest need none
// of it (cloister/gtest.h).
//
//   const std::vector<cloister::Task> tasks = {{"adds", {}, [](cloister::TaskLink&) { ... }}};
//   const std::string trouble = cloister::run_in_cells(tasks, {}, [](const cloister::RunNews& news)
//   {
//     if (const auto* end = std::get_if<cloister::TaskEnd>(&news))
//       std::printf("%s\n", cloister::ending_text(end->report).c_str());
//   });
//
// Links with cloister::cloister. C++17.
//
// Stability: the names in this header and what they promise change with a minor version at most,
// and docs/ENGINE.md says so then. Fields and alternatives are added at the end. Before 1.0 the
// binary interface is that of one version.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <cloister/config.h>
#include <cloister/report.h>

namespace cloister {

class GuestSide;

// A task's way to whoever runs it, from inside its cell.
class TaskLink {
 public:
  explicit TaskLink(GuestSide& side) : side_(side) {}
  // Sends a message: an Event of the task's report, with messages in the order sent. `kind` is the
  // adapter's, below 0xFFF0. Works when every descriptor is closed. False, and nothing is sent,
  // when there is no room (64 MiB for one task), or in a process that the task has forked.
  bool send(std::uint16_t kind, std::string_view payload);

 private:
  GuestSide& side_;
};

struct Task {
  std::string name;     // for notes to people
  CellConfig config{};  // above cloister.toml, environment and flags, as code is
  // Runs in the cell, in a fork of the process that called run_in_cells(). When it returns, the
  // task is Finished: stdio is flushed, and the process ends without destructors and exit handlers.
  // An exception that leaves it aborts the process.
  std::function<void(TaskLink&)> run;
};

struct TaskStart {
  std::size_t task = 0;  // its place in the list
  int pid = 0;           // as this process sees it
};
// The cell's notice time has passed.
struct TaskIsSlow {
  std::size_t task = 0;
  std::chrono::milliseconds notice_after{};
  std::chrono::milliseconds deadline{};  // 0 is none
};
// A line for people, without a line end: what this host cannot give, what the run is short of, two
// tasks that changed the same file.
struct RunNote {
  std::string words;
};
// The last of a task. `report.id` is its place in the list.
struct TaskEnd {
  CellReport report;
};
using RunNews = std::variant<TaskStart, TaskIsSlow, RunNote, TaskEnd>;

// Runs every task, several at a time, and calls `hear` in the calling process, as things happen.
// `flags` are those of Cloister, as a linked test takes them ("--cloister_jobs=8"); others are
// passed over. The environment and cloister.toml are read as well: docs/SETTINGS.md.
// Returns why the run did not come to its end, as one sentence; "" when each task has its TaskEnd.
// With --cloister=off it runs nothing and returns a sentence that says so.
// The calling process should have one thread: the tasks are forks of it.
std::string run_in_cells(const std::vector<Task>& tasks, const std::vector<std::string>& flags,
                         const std::function<void(const RunNews&)>& hear);

// What a task ran into without ending by it and what it left behind, a sentence each.
std::vector<std::string> notes_of(const CellReport& report);

}  // namespace cloister
