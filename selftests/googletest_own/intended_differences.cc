#include "selftests/googletest_own/intended_differences.h"

#include <fnmatch.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

#include "selftests/googletest_own/run_pieces.h"

namespace googletest_own {
namespace {

constexpr std::size_t kColumns = 4;

std::string trimmed(const std::string& text) {
  const std::size_t from = text.find_first_not_of(' ');
  if (from == std::string::npos) return "";
  return text.substr(from, text.find_last_not_of(' ') + 1 - from);
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);) parts.push_back(trimmed(part));
  return parts;
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
    const std::vector<std::string> columns = split(line, '|');
    if (columns.size() != kColumns || columns.back().empty()) {
      throw std::runtime_error(file + ":" + std::to_string(number) +
                               ": a row is: program | run | pieces | reason");
    }
    if (columns[0] != program) continue;
    for (const std::string& piece : split(columns[2], ','))
      entries_.push_back({number, columns[1], piece});
  }
}

bool IntendedDifferences::covers(const std::string& run, const std::string& piece) {
  // The text of a test whose result must differ does so too.
  const std::string result = piece.substr(0, piece.find(kTextOf));
  bool covered = false;
  for (Entry& entry : entries_) {
    if (entry.run != "*" && entry.run != run) continue;
    const bool exactly = matches(entry.piece, piece);
    entry.used = entry.used || exactly;
    covered = covered || exactly || matches(entry.piece, result);
  }
  return covered;
}

std::vector<std::string> IntendedDifferences::unused() const {
  std::vector<std::string> unused;
  for (const Entry& entry : entries_) {
    if (!entry.used) unused.push_back("line " + std::to_string(entry.line) + ", " + entry.piece);
  }
  return unused;
}

}  // namespace googletest_own
