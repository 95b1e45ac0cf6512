#include "intended_differences.h"

#include <fnmatch.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace googletest_own {
namespace {

constexpr std::size_t kColumns = 4;

std::string trimmed(const std::string& text) {
  const std::size_t from = text.find_first_not_of(' ');
  if (from == std::string::npos) return "";
  return text.substr(from, text.find_last_not_of(' ') + 1 - from);
}

std::vector<std::string> columns_of(const std::string& line) {
  std::vector<std::string> columns;
  std::istringstream in(line);
  for (std::string column; std::getline(in, column, '|');) columns.push_back(trimmed(column));
  return columns;
}

bool matches(const std::string& pattern, const std::string& text) {
  return ::fnmatch(pattern.c_str(), text.c_str(), 0) == 0;
}

}  // namespace

IntendedDifferences::IntendedDifferences(const std::string& file, const std::string& program) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error("cannot read " + file);
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (trimmed(line).empty() || line[0] == '#') continue;
    const std::vector<std::string> columns = columns_of(line);
    if (columns.size() != kColumns || columns.back().empty()) {
      throw std::runtime_error(file + ":" + std::to_string(number) +
                               ": a row is: program | run | pieces | reason");
    }
    if (columns[0] == program) rows_.push_back({number, columns[1], columns[2]});
  }
}

bool IntendedDifferences::covers(const std::string& run, const std::string& piece) {
  bool covered = false;
  for (Row& row : rows_) {
    if ((row.run != "*" && row.run != run) || !matches(row.pieces, piece)) continue;
    row.used = true;
    covered = true;
  }
  return covered;
}

std::vector<std::string> IntendedDifferences::unused() const {
  std::vector<std::string> unused;
  for (const Row& row : rows_) {
    if (!row.used)
      unused.push_back("line " + std::to_string(row.line) + ": " + row.pieces + " in run " +
                       row.run);
  }
  return unused;
}

}  // namespace googletest_own
