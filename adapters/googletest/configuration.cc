#include "adapters/googletest/configuration.h"

#include <map>
#include <string>

#include <cloister/gtest.h>

#include "framework/config/settings.h"

namespace cloister {
namespace {

// "Suite" and "Suite.Test" to what was said. Filled by static initialisers, so made on first use;
// never destroyed, because guests that leave by exit() may still read it.
std::map<std::string, CellConfig>& said() {
  static auto* configs = new std::map<std::string, CellConfig>;
  return *configs;
}

bool add(const std::string& name, const CellConfig& config) {
  CellConfig& known = said()[name];
  known = overlay(known, config);
  return true;
}

// "Disk/StorageTest/0" was written StorageTest: TEST_P puts its instance's name before the suite's,
// TYPED_TEST its type's number behind.
std::string written_suite(std::string name) {
  const std::size_t last = name.rfind('/');
  if (last != std::string::npos && last + 1 < name.size() &&
      name.find_first_not_of("0123456789", last + 1) == std::string::npos) {
    name.erase(last);
  }
  const std::size_t first = name.rfind('/');
  return first == std::string::npos ? name : name.substr(first + 1);
}

std::string written_test(const std::string& name) { return name.substr(0, name.find('/')); }

}  // namespace

bool configure_suite(const char* suite, const CellConfig& config) { return add(suite, config); }

bool configure_test(const char* suite, const char* test, const CellConfig& config) {
  return add(std::string(suite) + "." + test, config);
}

namespace googletest {

CellConfig config_of(const testing::TestInfo& test, const Options& run) {
  const std::string name = std::string(test.test_suite_name()) + "." + test.name();
  CellConfig config = overlay(config_of_file(run.file, name), run.config);
  if (said().empty()) return config;
  const std::string suite = written_suite(test.test_suite_name());
  for (const std::string& written : {suite, suite + "." + written_test(test.name())}) {
    if (const auto found = said().find(written); found != said().end())
      config = overlay(config, found->second);
  }
  return config;
}

std::vector<int> kept_by_any_test(const Options& run) {
  std::vector<int> kept;
  const auto add_those_of = [&kept](const CellConfig& config) {
    if (config.keep_fds) kept.insert(kept.end(), config.keep_fds->begin(), config.keep_fds->end());
  };
  add_those_of(run.config);
  add_those_of(run.file.config);
  for (const ConfigOverride& each : run.file.overrides) add_those_of(each.config);
  for (const auto& [name, config] : said()) add_those_of(config);
  return kept;
}

}  // namespace googletest
}  // namespace cloister
