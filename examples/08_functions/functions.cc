// A runner for plain functions, with the engine alone: each runs in a cell of its own. A function
// fails by an exception, and by whatever else ends its process.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <cloister/engine.h>

namespace {

constexpr std::uint16_t kWhat = 1;  // a message: what an exception says

void check(bool condition, const char* what) {
  if (!condition) throw std::runtime_error(what);
}

void adds() { check(1 + 1 == 2, "1 + 1 is 2"); }

void has_the_only_tmp() {
  check(!std::ifstream("/tmp/mine"), "nobody else's file is here");
  std::ofstream("/tmp/mine") << "mine";
  check(static_cast<bool>(std::ifstream("/tmp/mine")), "the file can be read");
}

void subtracts_wrongly() { check(2 - 1 == 2, "2 - 1 is 2"); }

void aborts() { std::abort(); }

void sleeps_for_ever() {
  while (true) {
  }
}

cloister::Task task(const char* name, void (*function)(), cloister::CellConfig config = {}) {
  return {name, std::move(config), [function](cloister::TaskLink& link) {
            try {
              function();
            } catch (const std::exception& error) {
              link.send(kWhat, error.what());
            }
          }};
}

// Prints how it ended. Whether it passed.
bool tell(const std::string& name, const cloister::CellReport& report) {
  std::string why;
  for (const cloister::Event& event : report.events) why += ": " + event.payload;
  if (!std::holds_alternative<cloister::Finished>(report.outcome))
    why = ": " + cloister::ending_text(report);
  std::printf("%s %s%s\n", why.empty() ? "pass" : "FAIL", name.c_str(), why.c_str());
  for (const std::string& note : cloister::notes_of(report)) std::printf("     %s\n", note.c_str());
  return why.empty();
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<cloister::Task> tasks = {
      task("adds", adds),
      task("has_the_only_tmp", has_the_only_tmp),
      task("has_the_only_tmp_too", has_the_only_tmp),
      task("subtracts_wrongly", subtracts_wrongly),
      task("aborts", aborts),
      task("sleeps_for_ever", sleeps_for_ever,
           cloister::CellConfig{}.with_cpu_time(std::chrono::milliseconds(300)))};
  // In the order of the list, whenever they end.
  std::vector<cloister::CellReport> reports(tasks.size());
  const std::string trouble = cloister::run_in_cells(
      tasks, std::vector<std::string>(argv + 1, argv + argc), [&](const cloister::RunNews& news) {
        if (const auto* end = std::get_if<cloister::TaskEnd>(&news)) {
          reports[end->report.id] = end->report;
        } else if (const auto* note = std::get_if<cloister::RunNote>(&news)) {
          std::fprintf(stderr, "%s\n", note->words.c_str());
        }
      });
  if (!trouble.empty()) {
    std::fprintf(stderr, "%s\n", trouble.c_str());
    return 2;
  }
  int failed = 0;
  for (std::size_t i = 0; i < tasks.size(); ++i) failed += tell(tasks[i].name, reports[i]) ? 0 : 1;
  std::printf("%d of %zu failed\n", failed, tasks.size());
  return failed == 0 ? 0 : 1;
}
