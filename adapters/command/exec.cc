#include "adapters/command/exec.h"

#include <fmt/format.h>
#include <signal.h>
#include <stdio.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "adapters/command/cell_options.h"
#include "adapters/command/exec_help.h"
#include "adapters/command/exec_keeper.h"
#include "adapters/command/exec_options.h"
#include "adapters/command/exec_warden.h"
#include "adapters/command/output.h"
#include "adapters/command/report_json.h"
#include "framework/report/outcome_traits.h"
#include "framework/report/words.h"
#include "framework/watch/room.h"

namespace cloister::command {
namespace {

constexpr int kNoCell = kOwnFailure;
constexpr int kLeft = 1;  // by --leaks fail, of a command that ended with 0

// A command that ended well and left something, where that is asked for.
bool fails_for_leaks(const CellReport& report) {
  return has_succeeded(report) && report.leaks == Leaks::kFail &&
         !leftovers_text(report, true).empty();
}

// Of a command that did not succeed also what may have made it fail.
std::vector<std::string> notes_of(const CellReport& report) {
  std::vector<std::string> notes = limit_notes(report, option_name);
  if (has_succeeded(report)) return notes;
  const auto nobody = [](std::uint32_t) { return std::string(); };
  for (std::string& note : audit_notes(report, nobody, option_name))
    notes.push_back(std::move(note));
  return notes;
}

void tell(const CellReport& report, const std::string& command, bool quiet) {
  if (!std::holds_alternative<Exited>(report.outcome))
    fmt::print(stderr, "cloister exec: {} {}\n", command, ending_text(report));
  if (fails_for_leaks(report)) fmt::print(stderr, "{}\n", leak_words(report, command, "--leaks"));
  if (const std::string words = put_failure_words(report, option_name); !words.empty())
    fmt::print(stderr, "cloister exec: {}: {}\n", command, words);
  if (quiet) return;
  for (const std::string& note : notes_of(report))
    fmt::print(stderr, "cloister exec: note: {}\n", note);
  if (fails_for_leaks(report)) return;
  for (const std::string& line : leftovers_text(report, false))
    fmt::print(stderr, "cloister exec: note: {} left {}\n", command, line);
}

// Whether there is a file with it now, where one is asked for.
bool write_report(const CellReport& report, const std::string& name) {
  if (name.empty()) return true;
  std::ofstream file(name);
  file << json_of(report).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
  file.close();
  if (file) return true;
  fmt::print(stderr, "cloister exec: cannot write the report to '{}': {}; name another --report\n",
             name, errno_text(errno));
  return false;
}

int run_command(ExecOptions& options) {
  const auto fits = check_limits();
  auto report = fits ? keep(options) : std::unexpected(fits.error());
  if (!report) {
    fmt::print(stderr, "cloister exec: {}\n", report.error().text());
    return kNoCell;
  }
  tell(*report, options.command.front(), options.quiet);
  if (!write_report(*report, options.report_file)) return kNoCell;
  if (fails_for_leaks(*report)) return kLeft;
  if (has_succeeded(*report) && !report->files.failure.empty()) return kOwnFailure;
  return status_of(report->outcome).value_or(kNoCell);
}

int explain_command(ExecOptions& options) {
  const auto status = explain_plan(options);
  if (!status) fmt::print(stderr, "cloister exec: {}\n", status.error().text());
  return status && *status == 0 ? 0 : kNoCell;
}

int run_exec(ExecOptions& options) {
  if (options.explain) return explain_command(options);
  if (!options.command.empty()) return run_command(options);
  fmt::print(stderr,
             "cloister exec: there is no command; write it after '--': cloister exec -- bash\n");
  return kWrongUsage;
}

}  // namespace

void add_exec(CLI::App& app, const std::vector<std::string>& command,
              std::function<int()>& chosen) {
  CLI::App* exec = app.add_subcommand("exec", "one command in a cell");
  exec->footer(kExecHelp);
  // As long as the subcommand, whose options fill it in.
  const auto options = std::make_shared<ExecOptions>();
  exec->preparse_callback([exec, options](std::size_t) { add_exec_options(*exec, *options); });
  exec->callback([options, &command, &chosen] {
    options->command = command;
    chosen = [options] { return run_exec(*options); };
  });
}

}  // namespace cloister::command
