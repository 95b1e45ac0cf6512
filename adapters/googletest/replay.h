// Stands in for what a guest did: prints what it printed and re-issues what it asserted, each where
// it was, to the scope of GoogleTest that is open here. Called by the keeper's parts.
#pragma once

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <span>
#include <string>

#include "adapters/googletest/messages.h"

namespace cloister::googletest {

bool ended_well(const Record& record);
// That is the failure of the test itself. An exception there ends the run, and is shown where it
// does.
bool fails_at_program_end(const Record& record);

// As properties of the test, the suite or the program that GoogleTest is in.
void record_properties(const Record& record, Owner owner);

class Replay {
 public:
  // `reporter` records a part and tells the listeners, and does nothing else: no trace is appended,
  // nothing breaks or throws.
  explicit Replay(testing::TestPartResultReporterInterface* reporter) : reporter_(reporter) {}
  // Tells GoogleTest's own reporter of this thread.
  static Replay to_googletest();

  // One stretch of the guest's life.
  void phase(const Record& record, Phase phase) const;
  // What main() and the start of the program said in a guest that never came to anything else.
  void own_words(const Record& record) const;
  // Of a test that GoogleTest passes over: what listeners in the guest did before and after that.
  void before_skip(const Record& record) const;
  void after_skip(const Record& record) const;

  void reissue(const Part& part) const {
    reissue(part.type, part.file.c_str(), part.line, part.message);
  }
  void reissue(testing::TestPartResult::Type type, const char* file, int line,
               const std::string& message) const;
  // A fatal failure of the test, where it is defined.
  void fail(const testing::TestInfo& test, const std::string& message) const;

 private:
  void parts(const Record& record, std::span<const Part* const> parts, Record::Span output) const;

  testing::TestPartResultReporterInterface* reporter_;
};

}  // namespace cloister::googletest
