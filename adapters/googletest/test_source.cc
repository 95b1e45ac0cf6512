#include "adapters/googletest/test_source.h"

#include <errno.h>
#include <fmt/format.h>
#include <stdio.h>

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "adapters/googletest/configuration.h"
#include "adapters/googletest/messages.h"
#include "framework/config/settings.h"
#include "framework/host/file_views.h"
#include "framework/host/plan_here.h"
#include "framework/plan/guest_pid.h"

namespace cloister::googletest {
namespace {

// Cells that may end in the set-up of a suite before its other tests fail for the same reason.
constexpr int kMostEndsInSetUp = 2;

bool has_begun(const CellReport& report) {
  const auto body = static_cast<std::uint8_t>(Phase::kBody);
  return std::ranges::find(report.phases, body, &PhaseStart::phase) != report.phases.end();
}

}  // namespace

TestSource::TestSource(const Options& options, const Registry& registry,
                       const std::vector<TestId>& tests, const HostFacts& facts,
                       bool sets_up_environments)
    : options_(options),
      registry_(registry),
      facts_(facts),
      sets_up_environments_(sets_up_environments) {
  group(tests);
}

void TestSource::group(const std::vector<TestId>& tests) {
  if (!any_test_may_share(options_)) {
    firsts_ = tests;
    return;
  }
  // What tests of one cell, or of one template, have in common: their settings, their services, and
  // except under Scope::kProgram their suite.
  using Common = std::tuple<std::string, std::vector<SharedService>, const testing::TestSuite*>;
  std::map<Common, TestId> groups;
  for (const TestId id : tests) {
    const CellConfig config = config_of(registry_.test(id), options_);
    const auto* suite = config.scope == Scope::kProgram ? nullptr : &registry_.suite_of(id);
    const bool shares = may_share(registry_.suite_of(id), config);
    const auto first =
        shares ? groups.try_emplace({encode(config), services_of(id), suite}, id).first->second
               : id;
    first == id ? own_firsts_.push_back(id) : others_[first].push_back(id);
  }
  firsts_ = own_firsts_;
}

// A template without a set-up would be for nothing.
bool TestSource::may_share(const testing::TestSuite& suite, const CellConfig& config) const {
  return config.scope.value_or(Scope::kTest) != Scope::kTest &&
         (!template_kind_of(config) || sets_up_environments_ || registry_.has_set_up(suite));
}

TestSource::Group TestSource::take_group() {
  Group group;
  if (!again_.empty()) {
    group = std::move(again_.back());
    again_.pop_back();
  } else if (next_ < firsts_.size()) {
    group.push_back(firsts_[next_++]);
    const auto others = others_.find(group.front());
    if (others != others_.end()) std::ranges::copy(others->second, std::back_inserter(group));
  }
  return group;
}

NextTask TestSource::next() {
  const Group group = take_group();
  // A cell that tests share may give some of them back.
  if (group.empty()) return NothingYet{};
  const TestId first = group.front();
  const auto kind = template_of(group);
  return CellTask{.id = first,
                  .plan = kind ? plan_of_template(first) : plan_of(first),
                  .guest_pid = guest_pid_of(program_invocation_short_name, first),
                  .more = {group.begin() + 1, group.end()},
                  .template_kind = kind};
}

Result<SharedPlan> TestSource::plan_of(TestId id) {
  const CellConfig config = config_of(registry_.test(id), options_);
  std::string asked = encode(config);
  std::vector<SharedService> services = services_of(id);
  if (!last_ || asked != last_asked_ || services != last_services_) {
    last_ = shared(new_plan(config, services));
    last_asked_ = std::move(asked);
    last_services_ = std::move(services);
  }
  return *last_;
}

Result<SharedPlan> TestSource::plan_of_template(TestId first) {
  if (options_.launch == Launch::kExec) {
    return std::unexpected(
        Error{"fork this test from the template of its suite: this program starts anew for each "
              "test (launch=exec)",
              0, "use scope=suite"});
  }
  auto plan = plan_of(first);
  if (!plan) return plan;
  if (auto can_be = check_template(**plan); !can_be) return std::unexpected(can_be.error());
  if (const std::string overlay = first_on_overlay((*plan)->watch.views); !overlay.empty()) {
    return std::unexpected(
        Error{fmt::format("fork this test from the template of its suite with a view of '{}': that "
                          "is on an overlay, and Linux stacks no more than two",
                          overlay),
              0, "use files=host, or scope=suite"});
  }
  return plan;
}

// One test alone does its own set-up: a template would only add to that.
std::optional<TemplateKind> TestSource::template_of(const Group& group) {
  if (group.size() == 1) return std::nullopt;
  const TestId first = group.front();
  const auto kind = template_kind_of(config_of(registry_.test(first), options_));
  if (kind != TemplateKind::kAny) return kind;
  const Loss* loss = facts_.loss_of(Facility::kFileViews);
  const auto plan = plan_of_template(first);
  if (loss == nullptr && plan) return kind;
  // Where there can be no template, one process does for all.
  fmt::print(stderr, "cloister: note: {}: scope=auto is scope=suite here, because {}\n",
             registry_.suite_of(first).name(),
             plan ? "tests cannot have copies of files: " + loss->why
                  : "there can be no template: " + plan.error().text());
  return std::nullopt;
}

std::vector<SharedService> TestSource::services_of(TestId id) const {
  if (options_.file.services.empty()) return {};
  return cloister::services_of(options_, full_name(registry_.test(id)));
}

Result<CellPlan> TestSource::new_plan(const CellConfig& config,
                                      std::vector<SharedService> services) const {
  CellRequest request{.config = config, .services = std::move(services)};
  request.config.scope.reset();  // that is done by grouping
  return plan_here(request, facts_, options_.require ? "--cloister_require" : "");
}

bool TestSource::is_hopeless(const testing::TestSuite& suite, const CellReport& report) {
  return !has_begun(report) && ++ends_in_set_up_[&suite] >= kMostEndsInSetUp;
}

std::vector<CellReport> TestSource::take_back(const CellReport& report, const Group& tests) {
  std::vector<CellReport> reports;
  if (tests.empty() || std::holds_alternative<Interrupted>(report.outcome)) return reports;
  // GoogleTest ran none of them there, or there is no such cell: no other would do better.
  const bool passed_over = std::holds_alternative<Finished>(report.outcome) && !has_begun(report);
  const bool no_cell = std::holds_alternative<SetupFailed>(report.outcome);
  const testing::TestSuite& suite = registry_.suite_of(report.id);
  const bool hopeless = !passed_over && !no_cell && is_hopeless(suite, report);
  Group again;
  for (const TestId id : tests) {
    if (!passed_over && !no_cell && !(hopeless && &registry_.suite_of(id) == &suite)) {
      again.push_back(id);
      continue;
    }
    CellReport& copy = reports.emplace_back(passed_over ? CellReport{} : report);
    copy.id = id;
    copy.tasks = report.tasks;
  }
  if (!again.empty()) again_.push_back(std::move(again));
  return reports;
}

}  // namespace cloister::googletest
