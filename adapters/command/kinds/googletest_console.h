// What GoogleTest prints about the one test that a process was to run. Used if its report is
// missing or cannot hold it. Used by googletest.cc.
#pragma once

#include <string>
#include <string_view>

namespace cloister::command {

class ConsoleOfGoogleTest {
 public:
  // `out` is its stdout, with or without colours.
  explicit ConsoleOfGoogleTest(std::string_view out);

  // "[ RUN      ]", "[       OK ]"
  bool began(std::string_view test) const;
  bool passed(std::string_view test) const;
  // The test has its own result line, and the summary after all tests counts it and no failure.
  bool summed_up(std::string_view test) const;
  // It passed, nothing failed after it, and all environments were torn down.
  bool passed_and_came_to_its_end(std::string_view test) const;

  // The suite whose set-up or tear-down failed, empty if none did; and its message.
  std::string failed_suite() const;
  std::string failures_of_suite() const;
  // The message of an exception from outside all tests; empty if there is none.
  std::string thrown_outside() const;
  // Why an environment skips all tests.
  std::string skip_words() const;

 private:
  // The lines from each line with that ending to the next one in brackets, which hooks of the suite
  // or of the program printed.
  std::string blocks(std::string_view ending) const;
  std::string printed_by_hooks() const;
  bool has(std::string_view words) const { return text_.find(words) != std::string::npos; }

  std::string text_;
};

}  // namespace cloister::command
