// What GoogleTest prints about the one test that a process was to run, where its report is missing
// or has no place for it. Used by googletest.cc.
#pragma once

#include <string>
#include <string_view>

namespace cloister::command {

class ConsoleOfGoogleTest {
 public:
  // `out` is its stdout, with colours or without.
  explicit ConsoleOfGoogleTest(std::string_view out);

  // "[ RUN      ]", "[       OK ]"
  bool began(std::string_view test) const;
  bool passed(std::string_view test) const;
  // The test has its own line, and the lines behind all tests count it and no failure.
  bool summed_up(std::string_view test) const;
  // It passed, nothing failed after it, and all environments are torn down.
  bool passed_and_came_to_its_end(std::string_view test) const;

  // The suite whose set-up or tear-down failed; empty where there is none. And its words.
  std::string failed_suite() const;
  std::string failures_of_suite() const;
  // The words of an exception that came from no test; empty where there is none.
  std::string thrown_outside() const;
  // Why an environment skips all tests.
  std::string skip_words() const;

 private:
  // Lines, of the hooks of the suite or of everything, from one that ends so to the next in
  // brackets.
  std::string blocks(std::string_view ending) const;
  std::string printed_by_hooks() const;
  bool has(std::string_view words) const { return text_.find(words) != std::string::npos; }

  std::string text_;
};

}  // namespace cloister::command
