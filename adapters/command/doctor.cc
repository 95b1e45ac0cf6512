#include "adapters/command/doctor.h"

#include <fmt/format.h>
#include <stdio.h>

#include "framework/host/examine.h"
#include "framework/host/table.h"

namespace cloister::command {
namespace {

std::string help() {
  return "usage: cloister doctor\n"
         "\n"
         "Prints what this host can give to cells, a row per facility: yes, no or partly, why, "
         "and\n"
         "the cure as a line to copy. Exits with 0 when a default cell lacks nothing, else with "
         "1.\n"
         "\n"
         "examples:\n"
         "  cloister doctor\n"
         "  cloister doctor && cloister exec -- make check\n";
}

int examine() {
  const auto examination = examine_host(facts_table);
  if (!examination) {
    fmt::print(stderr, "cloister doctor: {}\n", examination.error().text());
    return 1;
  }
  fmt::print("{}", examination->text);
  return examination->whole ? 0 : 1;
}

}  // namespace

void add_doctor(CLI::App& app, std::function<int()>& chosen) {
  CLI::App* doctor = app.add_subcommand(
      "doctor", "what this host can give to cells, and the cure for what it cannot");
  doctor->footer(help());
  doctor->callback([&chosen] { chosen = examine; });
}

}  // namespace cloister::command
