// An adapter for CppUTest, with the engine alone: every test of the program runs in a cell of its
// own. Compile it with the tests, in place of a main() that calls CommandLineTestRunner.
#include <CppUTest/TestFilter.h>
#include <CppUTest/TestOutput.h>
#include <CppUTest/TestRegistry.h>
#include <CppUTest/TestResult.h>
#include <CppUTest/Utest.h>

#include <cstdio>
#include <string>
#include <vector>

#include <cloister/engine.h>

namespace {

constexpr std::uint16_t kFailure = 1;  // a message: a failure, as CppUTest prints it

// In the cell: the test of that group and name, and no other. Those are CppUTest's own filters.
void run_one(const std::string& group, const std::string& name, cloister::TaskLink& link) {
  TestRegistry& registry = *TestRegistry::getCurrentRegistry();
  TestFilter of_group(group.c_str());
  TestFilter of_name(name.c_str());
  of_group.strictMatching();
  of_name.strictMatching();
  registry.setGroupFilters(&of_group);
  registry.setNameFilters(&of_name);
  StringBufferTestOutput output;
  TestResult result(output);
  registry.runAllTests(result);
  if (result.getFailureCount() > 0) link.send(kFailure, output.getOutput().asCharString());
}

std::vector<cloister::Task> all_tests() {
  std::vector<cloister::Task> tasks;
  for (UtestShell* test = TestRegistry::getCurrentRegistry()->getFirstTest(); test != nullptr;
       test = test->getNext()) {
    if (!test->willRun()) continue;  // IGNORE_TEST
    const std::string group = test->getGroup().asCharString();
    const std::string name = test->getName().asCharString();
    tasks.push_back({group + "." + name, {}, [group, name](cloister::TaskLink& link) {
                       run_one(group, name, link);
                     }});
  }
  return tasks;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<cloister::Task> tasks = all_tests();
  int failed = 0;
  const std::string trouble = cloister::run_in_cells(
      tasks, std::vector<std::string>(argv + 1, argv + argc), [&](const cloister::RunNews& news) {
        if (const auto* note = std::get_if<cloister::RunNote>(&news))
          std::fprintf(stderr, "%s\n", note->words.c_str());
        const auto* end = std::get_if<cloister::TaskEnd>(&news);
        if (end == nullptr) return;
        const cloister::CellReport& report = end->report;
        const bool finished = std::holds_alternative<cloister::Finished>(report.outcome);
        const bool passed = finished && report.events.empty();
        failed += passed ? 0 : 1;
        std::printf("%s TEST(%s)\n", passed ? "pass" : "FAIL", tasks[report.id].name.c_str());
        for (const cloister::Event& event : report.events)
          std::printf("%s\n", event.payload.c_str());
        if (!finished) std::printf("  it %s\n", cloister::ending_text(report).c_str());
        for (const std::string& note : cloister::notes_of(report))
          std::printf("  %s\n", note.c_str());
      });
  if (!trouble.empty()) std::fprintf(stderr, "%s\n", trouble.c_str());
  std::printf("%d of %zu failed\n", failed, tasks.size());
  return trouble.empty() && failed == 0 ? 0 : 1;
}
