// What cloister.toml, environment and flags say about a run.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <vector>

#include <cloister/config.h>

#include "framework/config/config_file.h"
#include "framework/config/find_config.h"

namespace cloister {

// What the configuration file says for this run. The environment overrides all of it.
struct FileConfig {
  std::string name;                       // empty when there is no file
  CellConfig config;                      // the top level, with the profile on top
  std::vector<ConfigOverride> overrides;  // likewise; a later one wins
  std::vector<SharedService> services{};  // likewise, in the order in which they are started
};

// How a guest gets to its test.
enum class Launch : std::uint8_t {
  kAuto,  // by exec if forks would lack or share something (before_the_run.h); else by fork
  kFork,
  kExec,
};

struct Options {
  bool enabled = true;              // --cloister=off runs plain
  int jobs = 0;                     // guests at once; 0 is one per processor
  bool fill_processors = false;     // more than `jobs` while processors are idle
  bool explain = false;             // print plans, run nothing
  bool require = false;             // a lost default fails every test
  bool ledger = false;              // record what each test used as properties
  bool timing = false;              // print what the parts of a cell cost
  bool doctor = false;              // print what the host gives, run nothing
  bool static_destructors = false;  // guests run them at their end
  Launch launch = Launch::kAuto;
  std::vector<std::string> arguments;  // of the programs that tests execute (guest_arguments.h)
  std::string config_name;             // of the file; empty searches upward for cloister.toml
  std::string profile;                 // of the file; empty is none
  FileConfig file;
  CellConfig config;      // from environment and flags
  CellConfig from_flags;  // the part that flags have set
  // They override everything, even code. A later one wins.
  std::vector<ConfigOverride> overrides{};
  std::string wrong_override{};  // why the last one was invalid, in the form "it takes" that
};

// Calls `use(config, who)` for each layer of settings of the test with that name, the lowest first.
// `who()` says where the layer was written. `in_code()` does the same for the layers from code.
template <typename InCode, typename Use>
void for_each_layer(const Options& run, std::string_view full_name, InCode in_code, Use use) {
  use(run.file.config, [&] { return run.file.name; });
  for (const ConfigOverride& each : run.file.overrides) {
    if (each.tests.matches(full_name)) {
      use(each.config,
          [&] { return fmt::format("{}:{}, override", run.file.name, each.place.line); });
    }
  }
  use(run.config, [] { return "the environment"; });
  use(run.from_flags, [] { return "flags"; });
  in_code();
  for (const ConfigOverride& each : run.overrides) {
    if (each.tests.matches(full_name))
      use(each.config, [&] { return fmt::format("--cloister_override '{}: ...'", each.filter); });
  }
}

// All layers together, with what code says about the test.
CellConfig config_of_run(const Options& run, std::string_view full_name,
                         const CellConfig& in_code = {});

// Those that the test with that name needs, in the file's order.
std::vector<SharedService> services_of(const Options& run, std::string_view full_name);
// Those that at least one test of the run needs: `is_any` says whether one of them matches.
std::vector<SharedService> services_of_any(
    const Options& run, const std::function<bool(const TestPattern& pattern)>& is_any);

// The flag of a setting: "memory" -> "--cloister_memory".
std::string flag_of(std::string_view setting);

using GetEnvironment = std::function<const char*(const char*)>;
using ReadConfig = std::function<Result<std::optional<ConfigText>>(const std::string& named)>;

// The file is below the environment (CLOISTER_MEMORY=64M), which is below flags
// (--cloister_memory=64M). The error is one sentence that names the flag, variable or place in the
// file, the value and what is allowed. Skips arguments that are not ours.
std::expected<Options, std::string> parse_options(const std::vector<std::string>& arguments,
                                                  const GetEnvironment& environment,
                                                  const ReadConfig& read);

// The text for --help: one line per flag.
std::string options_help();

}  // namespace cloister
