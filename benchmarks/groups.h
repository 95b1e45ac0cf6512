// What is measured together: candidates that take turns, and the rows that come of them.
#pragma once

#include <string>
#include <vector>

#include "benchmarks/measure.h"
#include "benchmarks/table.h"

namespace cloister::benchmarks {

struct Sizes {
  int rounds = 5;
  int tests = 1000;
  int fewer_tests = 100;  // where one costs 10 ms and more
  int many_tests = 10'000;
  int mounts = 500;
  int waiting_tests = 200;
  int spinning_tests = 200;
  int forks = 200;  // and tests beside them
};

constexpr Sizes kQuick{.rounds = 1,
                       .tests = 20,
                       .fewer_tests = 4,
                       .many_tests = 40,
                       .mounts = 20,
                       .waiting_tests = 8,
                       .spinning_tests = 8,
                       .forks = 5};

struct Setting {
  Sizes sizes;
  std::string programs;       // the directory that they are built in
  std::string place;          // a directory with a copy of the peers' bench_plain, for anything
  std::string disk{};         // an empty directory that is in no tmpfs
  std::string cgroup_prefix;  // of groups that peers make
  int processors = 1;

  std::string program(const char* name) const { return programs + "/" + name; }
};

struct Group {
  std::string name;
  int rounds = 1;  // for each that is asked for: more where small differences are compared
  std::vector<Candidate> candidates;
  std::vector<Row> rows;
};

std::vector<Group> all_groups(const Setting& setting);

}  // namespace cloister::benchmarks
