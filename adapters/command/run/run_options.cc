#include "adapters/command/run/run_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "adapters/command/cell_options.h"
#include "framework/config/settings.h"
#include "framework/watch/room.h"

namespace cloister::command {
namespace {

constexpr std::uint64_t kMostShards = 100000;

void take_shard(const std::string& text, Choice& choice) {
  const std::size_t slash = text.find('/');
  const auto number = parse_count(text.substr(0, slash), kMostShards);
  const auto count =
      slash == std::string::npos ? std::nullopt : parse_count(text.substr(slash + 1), kMostShards);
  if (!number || !count || *number == 0 || *number > *count)
    refuse_value("--shard", text, "a shard and their number, such as 1/3 to 3/3");
  choice.shard = *number - 1;
  choice.shards = *count;
}

}  // namespace

void declare(CLI::App& run, RunOptions& options) {
  run.add_option("binaries", options.binaries);
  run.add_option_function<std::string>("--kind", [&options](const std::string& text) {
    if (text != kLinked && kind_named(text) == nullptr) refuse_value("--kind", text, kind_names());
    options.kind = text;
  });
  run.add_option_function<std::string>("--ask-timeout", [&options](const std::string& text) {
    const auto time = parse_duration(text);
    if (!time || time->count() == 0)
      refuse_value("--ask-timeout", text, "a time such as 500ms or 10s");
    options.ask_timeout = text;
  });
  run.add_flag("--json", options.json);
  if (options.audit) {
    run.add_flag("--toml", options.toml);
  } else {
    run.add_flag("-l,--list", options.list);
    run.add_flag("--cmake", options.cmake);
  }
  run.add_option("-f,--filter", options.choice.filter);
  run.add_option("-t,--test", options.choice.names)->allow_extra_args(false);
  run.add_flag("--disabled", options.choice.disabled);
  run.add_option_function<std::string>(
      "--shard", [&options](const std::string& text) { take_shard(text, options.choice); });
  run.add_option_function<std::string>("-j,--jobs", [&options](const std::string& text) {
    const auto count = parse_count(text, kMostJobs);
    if (text != "auto" && text != "processors" && (!count || *count == 0))
      refuse_value("--jobs", text, "a whole number from 1 to 2000, 'processors' or 'auto'");
    options.jobs = text;
  });
  run.add_flag("--fail-fast", options.fail_fast);
  run.add_flag("--require", options.require);
  run.add_option("--junit", options.junit);
  run.add_option("--skip-status", options.skip_status)->check(CLI::Range(0, 255));
  run.add_option("--config", options.config_file);
  run.add_option("--profile", options.profile);
  run.add_option("--override", options.overrides)->allow_extra_args(false);
  add_cell_options(run, options.cell);
}

void complete(const CLI::App& run, RunOptions& options) {
  if (options.binaries.empty()) {
    throw CLI::ParseError(
        fmt::format("no test binary is named: cloister {} BINARY...", run.get_name()),
        CLI::ExitCodes::RequiredError);
  }
  for (std::string& binary : options.binaries) {
    // As a program's name without a slash would be searched along PATH by others.
    if (binary.find('/') == std::string::npos) binary.insert(0, "./");
  }
  for (const auto& [name, value] : given_cell_options(run))
    options.cell_flags.push_back(fmt::format("--cloister_{}={}", name, value));
  if (options.toml && options.json)
    throw CLI::ParseError("--toml and --json cannot be combined: give one of them",
                          CLI::ExitCodes::ValidationError);
  if (options.audit) options.cell_flags.emplace_back("--cloister_audit=1");
  if (!options.jobs.empty()) options.cell_flags.push_back("--cloister_jobs=" + options.jobs);
  if (options.require) options.cell_flags.emplace_back("--cloister_require=1");
  if (!options.config_file.empty())
    options.cell_flags.push_back("--cloister_config=" + options.config_file);
  if (!options.profile.empty())
    options.cell_flags.push_back("--cloister_profile=" + options.profile);
  for (const std::string& text : options.overrides)
    options.cell_flags.push_back("--cloister_override=" + text);
}

std::string audit_help() {
  return "usage: cloister audit [OPTIONS] BINARY... [-- FLAGS FOR THE BINARIES]\n"
         "\n"
         "Runs the tests as 'cloister run' does, and prints on stdout what they used by\n"
         "name: files outside of the system's directories, programs, addresses, what they\n"
         "wrote, and which of them would meet there. Progress goes to stderr.\n"
         "\n"
         "     --toml           as the settings 'inputs' and 'outputs' of cloister.toml,\n"
         "                      that satisfy files=\"declared\"\n"
         "     --json           as JSON, test by test\n"
         "\n"
         "The other options, and the exit status, are those of 'cloister run'.\n"
         "\n"
         "examples:\n"
         "  cloister audit build/storage_test\n"
         "  cloister audit --toml build/*_test > cloister.toml\n";
}

std::string run_help() {
  return "usage: cloister run [OPTIONS] BINARY... [-- FLAGS FOR THE BINARIES]\n"
         "\n"
         "Runs each test of the binaries in its own cell: GoogleTest, Catch2, doctest,\n"
         "Boost.Test and what is linked with Cloister. Each binary is asked what it is.\n"
         "\n"
         "  -f --filter F       tests to run, as GoogleTest's filters: 'A*:B*-*Slow'\n"
         "  -t --test NAME      this test alone, by its exact name; may be given again\n"
         "     --disabled       also the disabled, hidden and skipped of these\n"
         "     --shard I/N      every N-th of the selected tests, from the I-th on\n"
         "  -l --list           print the selected tests and run nothing; also --json,\n"
         "                      and --cmake as cloister_discover_tests() wants them\n"
         "  -j --jobs N         tests that run at once (default: one per processor);\n"
         "                      'auto': more while processors are idle\n"
         "     --fail-fast      start no more tests after the first that fails\n"
         "     --junit FILE     the results as JUnit XML\n"
         "     --kind KIND      googletest, catch2, doctest, boost or cloister: do not ask\n"
         "     --ask-timeout T  how long a binary may take to answer (default 10s)\n"
         "     --require        fail every test if the host lacks part of a default cell\n"
         "     --skip-status N  exit status when all tests were skipped (default 0)\n"
         "     --config FILE    the cloister.toml to read; --profile NAME: a profile of it\n"
         "     --override TEXT  'FILTER: memory=2G, cpus=1': above all else\n"
         "\n"
         "Cells are as tests ask in cloister.toml, CLOISTER_* and here: --memory, --cpus,\n"
         "--pids, --deadline, --cpu-time, --network, --files, --output and the other\n"
         "settings of `cloister exec`.\n"
         "\n"
         "exit status: 0 all passed or were skipped, 1 some failed, 2 wrong usage,\n"
         "3 a binary could not be asked, 4 no test was selected, 125 no cells at all,\n"
         "128+N ended by signal N\n"
         "\n"
         "examples:\n"
         "  cloister run --memory 256M --deadline 30s build/*_test\n"
         "  cloister run -f 'Storage*' --junit results.xml ./storage_test -- --verbose\n";
}

}  // namespace cloister::command
