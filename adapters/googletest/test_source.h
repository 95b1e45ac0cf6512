// The tests of an iteration as tasks of the warden: which of them share a cell, and what becomes of
// those to which their cell did not come.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <cloister/report.h>

#include "adapters/googletest/registry.h"
#include "framework/facts/facts.h"
#include "framework/options/options.h"
#include "framework/watch/cell_source.h"

namespace cloister::googletest {

class TestSource final : public CellSource {
 public:
  // `tests` in starting order; they must outlive this. `sets_up_environments`: there are global
  // ones.
  TestSource(const Options& options, const Registry& registry, const std::vector<TestId>& tests,
             const HostFacts& facts, bool sets_up_environments);

  NextTask next() override;

  // What runs in one cell, one after the other.
  using Group = std::vector<TestId>;
  // The next that has no cell yet; empty if there is none.
  Group take_group();
  Result<SharedPlan> plan_of(TestId id);

  // The cell of `report` is gone and did not come to `tests`. Most get another one. A report is
  // returned for each of those that do not.
  std::vector<CellReport> take_back(const CellReport& report, const Group& tests);

 private:
  void group(const std::vector<TestId>& tests);
  std::vector<SharedService> services_of(TestId id) const;
  bool may_share(const testing::TestSuite& suite, const CellConfig& config) const;
  Result<SharedPlan> plan_of_template(TestId first);
  std::optional<TemplateKind> template_of(const Group& group);
  Result<CellPlan> new_plan(const CellConfig& config, std::vector<SharedService> services) const;
  // Whether cells end in its set-up, and not for the first time.
  bool is_hopeless(const testing::TestSuite& suite, const CellReport& report);

  const Options& options_;
  const Registry& registry_;
  const HostFacts& facts_;
  bool sets_up_environments_;
  std::span<const TestId> firsts_;  // of each group, in starting order
  std::vector<TestId> own_firsts_;  // if groups have more than one test
  std::size_t next_ = 0;
  std::map<TestId, Group> others_;  // of those groups that have more than one test
  std::vector<Group> again_;        // to which their cell did not come
  std::map<const testing::TestSuite*, int> ends_in_set_up_;
  // Tests in a row that are asked for the same share a plan.
  std::string last_asked_;
  std::vector<SharedService> last_services_;
  std::optional<Result<SharedPlan>> last_;
};

}  // namespace cloister::googletest
