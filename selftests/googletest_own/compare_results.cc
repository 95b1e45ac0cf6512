// Runs one test program twice per run that it is given, as it is and built with Cloister, and
// compares what the two say, test by test:
//
//   compare_results NAME PLAIN_PROGRAM CELLS_PROGRAM TABLE [--racing] [RUN...]
//
// RUN is what would stand on a command line: flags, NAME=VALUE, 2>&1. The run without any comes
// first always. Differences that TABLE does not list, and rows of it that did not apply, make the
// exit status 1.
#include <stdio.h>
#include <stdlib.h>

#include <exception>
#include <filesystem>
#include <set>
#include <sstream>

#include "selftests/googletest_own/intended_differences.h"
#include "selftests/googletest_own/program_run.h"
#include "selftests/googletest_own/run_pieces.h"

namespace googletest_own {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kPlainLimit{60};
constexpr std::chrono::seconds kCellsLimit{180};
// Of each piece that differs, so that one bad run does not bury the rest.
constexpr std::size_t kMostLinesShown = 12;

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = fs::temp_directory_path() / "googletest_own.XXXXXX";
    if (::mkdtemp(name.data()) == nullptr)
      throw std::system_error(errno, std::generic_category(), name);
    path_ = name;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// The lines from the first that differs on.
void show(const std::string& build, const std::vector<std::string>& lines, std::size_t from) {
  printf("    %s:\n", build.c_str());
  if (from >= lines.size()) printf("      (ends after line %zu)\n", lines.size());
  for (std::size_t i = from; i < lines.size() && i < from + kMostLinesShown; ++i)
    printf("      %zu: %s\n", i + 1, lines[i].c_str());
}

void show_difference(const std::string& piece, const std::string& plain, const std::string& cells) {
  const std::vector<std::string> plain_lines = lines_of(plain);
  const std::vector<std::string> cells_lines = lines_of(cells);
  std::size_t first = 0;
  while (first < plain_lines.size() && first < cells_lines.size() &&
         plain_lines[first] == cells_lines[first])
    ++first;
  printf("  %s differs:\n", piece.c_str());
  show("plain", plain_lines, first);
  show("in cells", cells_lines, first);
}

std::string piece_or_nothing(const Pieces& pieces, const std::string& name) {
  const auto found = pieces.find(name);
  return found == pieces.end() ? "" : found->second;
}

class Comparison {
 public:
  Comparison(const std::string& name, fs::path plain, fs::path cells, const std::string& table,
             bool racing)
      : plain_(std::move(plain)),
        cells_(std::move(cells)),
        intended_(table, name),
        racing_(racing) {}

  void compare(const std::string& run) {
    const Pieces plain = pieces_from(plain_, run, true, kPlainLimit);
    const Pieces cells = pieces_from(cells_, run, false, kCellsLimit);
    printf("run '%s': %s", run.c_str(), piece_or_nothing(cells, "(exit status)").c_str());
    std::set<std::string> names;
    for (const Pieces* pieces : {&plain, &cells}) {
      for (const auto& [name, text] : *pieces) names.insert(name);
    }
    bool results_differ = false;
    std::vector<std::string> differ;
    for (const std::string& name : names) {
      tests_ += is_test_result(name);
      if (piece_or_nothing(plain, name) == piece_or_nothing(cells, name)) continue;
      if (intended_.covers(run, name)) {
        printf("  %s differs, as it must\n", name.c_str());
        results_differ = results_differ || is_test_result(name) || is_suite(name);
      } else {
        differ.push_back(name);
      }
    }
    for (const std::string& name : differ) {
      // It counts what is compared by itself.
      if (name == "(summary)" && results_differ) continue;
      ++differences_;
      show_difference(name, piece_or_nothing(plain, name), piece_or_nothing(cells, name));
    }
    ++runs_;
  }

  int finish() const {
    for (const std::string& row : intended_.unused())
      printf("the table's %s: there is no such difference any more; remove the row\n", row.c_str());
    printf("%d tests compared in %d runs, %d differences that must not be\n", tests_, runs_,
           differences_);
    return differences_ == 0 && intended_.unused().empty() ? 0 : 1;
  }

 private:
  Pieces pieces_from(const fs::path& program, const std::string& run, bool shares_tmp,
                     std::chrono::seconds limit) const {
    const TemporaryDirectory place;
    return pieces_of(run_program(program, parse_run(run), place.path(), shares_tmp, limit),
                     {program.parent_path(), place.path()}, racing_);
  }

  fs::path plain_;
  fs::path cells_;
  IntendedDifferences intended_;
  bool racing_;
  int tests_ = 0;
  int runs_ = 0;
  int differences_ = 0;
};

int compare_results(std::vector<std::string> arguments) {
  if (arguments.size() < 4) {
    fprintf(stderr, "usage: compare_results NAME PLAIN CELLS TABLE [--racing] [RUN...]\n");
    return 2;
  }
  const bool racing = arguments.size() > 4 && arguments[4] == "--racing";
  Comparison comparison(arguments[0], fs::absolute(arguments[1]), fs::absolute(arguments[2]),
                        arguments[3], racing);
  comparison.compare("");
  for (std::size_t i = racing ? 5 : 4; i < arguments.size(); ++i) comparison.compare(arguments[i]);
  return comparison.finish();
}

}  // namespace
}  // namespace googletest_own

int main(int argc, char** argv) {
  try {
    return googletest_own::compare_results({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    fprintf(stderr, "compare_results: %s\n", error.what());
    return 2;
  }
}
