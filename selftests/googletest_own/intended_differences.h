// The table of differences that must be: intended_differences.txt, whose head explains its form.
#pragma once

#include <string>
#include <vector>

namespace googletest_own {

class IntendedDifferences {
 public:
  // Keeps the rows for `program`. Throws std::runtime_error that names a line that is no row.
  IntendedDifferences(const std::string& file, const std::string& program);

  // Whether the table says that this piece of this run must differ. Remembers what of it was
  // needed.
  bool covers(const std::string& run, const std::string& piece);

  // What covered nothing, as "line 12, (stderr)".
  std::vector<std::string> unused() const;

 private:
  struct Entry {
    int line;
    std::string run;
    std::string piece;  // a pattern
    bool used = false;
  };
  std::vector<Entry> entries_;
};

}  // namespace googletest_own
