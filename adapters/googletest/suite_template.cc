#include "adapters/googletest/suite_template.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "adapters/googletest/coverage.h"
#include "adapters/googletest/template_check.h"

namespace cloister::googletest {
namespace {

class SuiteTemplate {
 public:
  SuiteTemplate(GuestListener& guest, const Registry& registry, const testing::TestSuite& suite,
                TemplateKind kind)
      : guest_(guest),
        registry_(registry),
        suite_(suite),
        kind_(kind),
        hooks_(registry.hooks_of(suite)) {}

  void set_up() {
    if (hooks_.set_up != nullptr) hooks_.set_up();
    const testing::TestResult& result = suite_.ad_hoc_test_result();
    if (!guest_.is_guest() || result.Failed() || result.Skipped()) return;
    const LeftBySetUp left = left_by_set_up(before_);
    if (kind_ == TemplateKind::kAny) return choose(left);
    const bool lacks_services = kind_ == TemplateKind::kSnapshot && !left.services.empty();
    if (left.rest.empty() && !lacks_services) return stand(kind_, "", left.files);
    guest_.refuse_to_stand(why_not(left));
    pass_over_tests();
  }

  void tear_down() {
    if (is_fork_) guest_.end_fork();
    if (hooks_.tear_down != nullptr) hooks_.tear_down();
  }

 private:
  // What fits what the set-up left, from the most that a test can have for itself to the least.
  void choose(const LeftBySetUp& left) {
    const auto words = [](const char* scope, const std::vector<std::string>& what) {
      return fmt::format("scope=auto is scope={} here, because SetUpTestSuite left {}", scope,
                         fmt::join(what, ", "));
    };
    if (!left.rest.empty()) return guest_.go_on_without_forks(words("suite", left.rest));
    if (!left.services.empty())
      return stand(TemplateKind::kServices, words("services", left.services), left.files);
    stand(TemplateKind::kSnapshot, "scope=auto is scope=snapshot here", left.files);
  }

  // Returns in each fork, where GoogleTest goes on with that one test; and in the template when all
  // have run, where it passes them over and tears down.
  void stand(TemplateKind kind, const std::string& why, const std::vector<ReopenedFile>& files) {
    const auto test = guest_.stand_still(kind, why, files);
    if (!test) return pass_over_tests();
    is_fork_ = true;
    forget_coverage();
    registry_.select_only({*test});
  }

  std::string why_not(const LeftBySetUp& left) const {
    std::vector<std::string> what = left.rest;
    if (kind_ == TemplateKind::kSnapshot)
      std::ranges::copy(left.services, std::back_inserter(what));
    return fmt::format(
        "cannot fork this test from the template of its suite: SetUpTestSuite of {} "
        "left {}: use scope={}",
        suite_.name(), fmt::join(what, ", "), left.rest.empty() ? "services" : "suite");
  }

  // A suite without selected tests is still torn down: GoogleTest is in the middle of it.
  void pass_over_tests() const {
    registry_.select_only({});
    registry_.keep_running(suite_);
  }

  GuestListener& guest_;
  const Registry& registry_;
  const testing::TestSuite& suite_;
  TemplateKind kind_;
  Registry::SuiteHooks hooks_;
  BeforeSetUp before_;
  bool is_fork_ = false;
};

SuiteTemplate* the_template = nullptr;

}  // namespace

void become_template_after_set_up(GuestListener& guest, const Registry& registry,
                                  const testing::TestSuite& suite, TemplateKind kind) {
  the_template = new SuiteTemplate(guest, registry, suite, kind);
  registry.set_hooks(suite, {[] { the_template->set_up(); }, [] { the_template->tear_down(); }});
}

}  // namespace cloister::googletest
