// The `cloister` command: reads its command line, and hands over to the subcommand that it names.
// What stands behind the first "--" belongs to the command or the tests that are run, and is never
// looked at here.
#include <fmt/format.h>
#include <stdio.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <functional>
#include <new>
#include <string>
#include <vector>

#include "adapters/command/doctor.h"
#include "adapters/command/exec.h"
#include "adapters/command/output.h"
#include "adapters/command/run/run.h"
#include "framework/kernel/standard_streams.h"

namespace cloister::command {
namespace {

std::string help(const CLI::App& app) {
  std::string text =
      "usage: cloister SUBCOMMAND [OPTIONS]\n"
      "\n"
      "Runs programs in cells: namespaces, mounts and caps of their own, used once.\n"
      "\n";
  for (const CLI::App* subcommand : app.get_subcommands(nullptr))
    text += fmt::format("  {:<8}{}\n", subcommand->get_name(), subcommand->get_description());
  return text +
         "\n"
         "'cloister SUBCOMMAND --help' tells more; so does man cloister-SUBCOMMAND.\n"
         "\n"
         "options:\n"
         "  -h --help     this text\n"
         "     --version  the version\n";
}

// CLI11's words for what it did not expect, with the option that was meant.
std::string complaint(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  const std::string name = at == &app ? "cloister" : "cloister " + at->get_name();
  std::string text = fmt::format("{}: {}", name, error.what());
  std::vector<std::string> extras = app.remaining(true);
  std::ranges::stable_partition(extras, [](const auto& word) { return word.starts_with('-'); });
  if (!extras.empty() && extras.front().starts_with('-')) {
    text = fmt::format("{}: there is no option {}", name,
                       extras.front().substr(0, extras.front().find('=')));
  } else if (!extras.empty()) {
    text = fmt::format("{}: '{}' is no {}", name, extras.front(),
                       at == &app ? "subcommand" : "option; a command to run comes after '--'");
  }
  return fmt::format("{}; '{} --help' lists what there is\n", text, name);
}

// CLI11 takes the next word for the value of an option that has nothing behind its '='.
void split_off_empty_values(std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string& argument = arguments[i];
    if (!argument.starts_with("--") || argument.find('=') != argument.size() - 1) continue;
    argument.pop_back();
    arguments.insert(arguments.begin() + static_cast<std::ptrdiff_t>(++i), "");
  }
}

int run(std::vector<std::string> arguments) {
  const auto dashes = std::ranges::find(arguments, "--");
  // What to run, where a subcommand runs something.
  const std::vector<std::string> rest(dashes == arguments.end() ? dashes : dashes + 1,
                                      arguments.end());
  arguments.erase(dashes, arguments.end());
  split_off_empty_values(arguments);

  CLI::App app;
  std::function<int()> chosen;
  app.set_help_flag("-h,--help");
  app.set_version_flag("--version", "cloister " CLOISTER_VERSION);
  app.require_subcommand(1);
  // Each declares its options when it is the one to be parsed: a run of one test is as quick as its
  // start.
  add_exec(app, rest, chosen);
  add_run(app, rest, chosen);
  add_doctor(app, chosen);
  try {
    std::ranges::reverse(arguments);  // as CLI::App::parse wants them
    app.parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    const auto subcommands = app.get_subcommands();
    fmt::print("{}", subcommands.empty() ? help(app) : subcommands.front()->get_footer());
    return 0;
  } catch (const CLI::CallForVersion& version) {
    fmt::print("{}\n", version.what());
    return 0;
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "{}", complaint(app, error));
    return kWrongUsage;
  }
  return chosen();
}

}  // namespace
}  // namespace cloister::command

int main(int argc, char** argv) {
  using namespace cloister::command;
  try {
    if (const auto filled = cloister::fill_standard_streams(); !filled) {
      fmt::print(stderr, "cloister: {}\n", filled.error().text());
      return kOwnFailure;
    }
    return with_output_written(run(std::vector<std::string>(argv + 1, argv + argc)));
  } catch (const std::bad_alloc&) {
    fputs("cloister: there is no memory left; raise its limit (ulimit -v)\n", stderr);
  } catch (const std::exception& error) {
    fprintf(stderr, "cloister: %s\n", error.what());
  }
  return kOwnFailure;
}
