#include "adapters/googletest/doctor.h"

#include <fmt/format.h>
#include <stdio.h>

#include "framework/host/examine.h"
#include "framework/host/table.h"

namespace cloister::googletest {

int run_doctor() {
  fflush(nullptr);
  const auto examination = examine_host(facts_table);
  if (!examination) {
    fmt::print(stderr, "cloister: {}\n", examination.error().text());
    return 1;
  }
  fmt::print("{}", examination->text);
  return examination->whole ? 0 : 1;
}

}  // namespace cloister::googletest
