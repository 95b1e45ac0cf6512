#include "adapters/googletest/configuration.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <string>
#include <string_view>

#include <cloister/gtest.h>

#include "adapters/googletest/registry.h"
#include "framework/config/closest_name.h"
#include "framework/config/settings.h"
#include "framework/config/unmatched.h"

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

namespace {

// Also of what code says.
template <typename Use>
void for_each_layer_of(const testing::TestInfo& test, const Options& run, Use use) {
  const std::string suite = written_suite(test.test_suite_name());
  const std::string written = written_test(test.name());
  const auto in_code = [&] {
    if (const auto found = said().find(suite); found != said().end())
      use(found->second, [&] { return fmt::format("CLOISTER_SUITE({})", suite); });
    if (const auto found = said().find(suite + "." + written); found != said().end())
      use(found->second, [&] { return fmt::format("CLOISTER_TEST({}, {})", suite, written); });
  };
  for_each_layer(run, full_name(test), in_code, use);
}

}  // namespace

CellConfig config_of(const testing::TestInfo& test, const Options& run) {
  CellConfig config;
  for_each_layer_of(test, run,
                    [&](const CellConfig& layer, auto) { config = overlay(config, layer); });
  return config;
}

std::string origins_text(const testing::TestInfo& test, const Options& run) {
  std::string text;
  for (const Setting& setting : settings()) {
    std::string origin;
    for_each_layer_of(test, run, [&](const CellConfig& layer, auto who) {
      if (is_set(setting, layer)) origin = who();
    });
    if (!origin.empty()) text += fmt::format("  setting     {} by {}\n", setting.name, origin);
  }
  return text;
}

namespace {

// Each that at least one test may have.
template <typename Use>
void for_each_config(const Options& run, Use use) {
  use(run.config);
  use(run.file.config);
  for (const auto* overrides : {&run.file.overrides, &run.overrides}) {
    for (const ConfigOverride& each : *overrides) use(each.config);
  }
  for (const auto& [name, config] : said()) use(config);
}

}  // namespace

std::vector<int> kept_by_any_test(const Options& run) {
  std::vector<int> kept;
  for_each_config(run, [&kept](const CellConfig& config) {
    if (config.keep_fds) kept.insert(kept.end(), config.keep_fds->begin(), config.keep_fds->end());
  });
  return kept;
}

bool shares_its_cell(const testing::TestInfo& test, const Options& run) {
  return config_of(test, run).scope.value_or(Scope::kTest) != Scope::kTest;
}

std::optional<TemplateKind> template_kind_of(const CellConfig& config) {
  if (config.scope == Scope::kSnapshot) return TemplateKind::kSnapshot;
  if (config.scope == Scope::kServices) return TemplateKind::kServices;
  if (config.scope == Scope::kAuto) return TemplateKind::kAny;
  return std::nullopt;
}

bool any_test_may_share(const Options& run) {
  bool may = false;
  for_each_config(run, [&may](const CellConfig& config) {
    may = may || config.scope.value_or(Scope::kTest) != Scope::kTest;
  });
  return may;
}

namespace {

template <typename Use>
void for_each_test(Use use) {
  const testing::UnitTest& program = *testing::UnitTest::GetInstance();
  for (int i = 0; i < program.total_test_suite_count(); ++i) {
    const testing::TestSuite& suite = *program.GetTestSuite(i);
    for (int j = 0; j < suite.total_test_count(); ++j) use(*suite.GetTestInfo(j));
  }
}

// Suites as they were written: all that have tests, and those of TEST_P and TYPED_TEST_P that have
// none for want of an instance, of which GoogleTest knows no test.
struct Written {
  std::set<std::string> suites;
  std::set<std::string> without_instance;
  std::set<std::string> tests;  // "Suite.Test"
};

Written all_written() {
  Written written;
  for_each_test([&written](const testing::TestInfo& test) {
    const std::string suite = written_suite(test.test_suite_name());
    written.suites.insert(suite);
    written.tests.insert(suite + "." + written_test(test.name()));
    // "UninstantiatedTypeParameterizedTestSuite<Suite>", by which GoogleTest says so.
    const std::string_view name = test.name();
    if (suite == "GoogleTestVerification" && name.ends_with('>'))
      written.without_instance.emplace(
          name.substr(name.find('<') + 1, name.size() - name.find('<') - 2));
  });
  for (std::string& suite : parameterized_suites()) {
    if (!written.suites.contains(suite)) written.without_instance.insert(std::move(suite));
  }
  return written;
}

std::vector<std::string_view> views_of(const std::set<std::string>& names) {
  return {names.begin(), names.end()};
}

}  // namespace

std::vector<std::string> unmatched_code() {
  std::vector<std::string> sentences;
  if (said().empty()) return sentences;
  const Written written = all_written();
  for (const auto& [name, config] : said()) {
    const std::size_t dot = name.find('.');
    const std::string suite = name.substr(0, dot);
    if (dot != std::string::npos && config.scope) {
      sentences.push_back(
          fmt::format("CLOISTER_TEST({}, {}) sets scope, which only a suite has: use "
                      "CLOISTER_SUITE({}, {{.scope = ...}})",
                      suite, name.substr(dot + 1), suite));
    }
    if (written.without_instance.contains(suite)) continue;
    if (dot == std::string::npos) {
      if (written.suites.contains(suite)) continue;
      const auto names = views_of(written.suites);
      const std::string_view closest = closest_name(suite, names);
      sentences.push_back(
          fmt::format("CLOISTER_SUITE({}) matches no suite of this program{}", suite,
                      closest.empty() ? "" : fmt::format("; did you mean '{}'?", closest)));
    } else if (!written.tests.contains(name)) {
      sentences.push_back(fmt::format("CLOISTER_TEST({}, {}) matches no test of this program{}",
                                      suite, name.substr(dot + 1),
                                      did_you_mean(name, views_of(written.tests))));
    }
  }
  return sentences;
}

std::vector<std::string> unmatched_in(const Options& run) {
  if (run.file.overrides.empty() && run.overrides.empty() && run.file.services.empty()) return {};
  std::set<std::string> names;
  for_each_test([&names](const testing::TestInfo& test) { names.insert(full_name(test)); });
  auto sentences = unmatched_overrides(run.file.name, run.file.overrides, views_of(names));
  std::ranges::move(unmatched_overrides("--cloister_override", run.overrides, views_of(names)),
                    std::back_inserter(sentences));
  std::ranges::move(unmatched_services(run.file.name, run.file.services, views_of(names)),
                    std::back_inserter(sentences));
  return sentences;
}

}  // namespace googletest
}  // namespace cloister
