// The table of differences that must be: intended_differences.txt, whose head explains its form.
#pragma once

#include <string>
#include <vector>

namespace googletest_own {

class IntendedDifferences {
 public:
  // Keeps the rows for `program`. Throws std::runtime_error that names a line that is no row.
  IntendedDifferences(const std::string& file, const std::string& program);

  // Whether a row says that this piece of this run must differ. Remembers that the row was needed.
  bool covers(const std::string& run, const std::string& piece);

  // The rows that covered nothing, as "line 12: (stderr) in run --gtest_repeat=2".
  std::vector<std::string> unused() const;

 private:
  struct Row {
    int line;
    std::string run;
    std::string pieces;
    bool used = false;
  };
  std::vector<Row> rows_;
};

}  // namespace googletest_own
