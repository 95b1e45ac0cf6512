// What CLOISTER_SUITE and CLOISTER_TEST have set, and the resulting configuration of one test.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include <cloister/config.h>

#include "framework/options/options.h"
#include "framework/plan/plan.h"

namespace cloister::googletest {

// The layers, lowest first: what the file says for every test, then for those that an override
// matches; environment and flags; the test's suite; the test itself; --cloister_override.
CellConfig config_of(const testing::TestInfo& test, const Options& run);
// A line for each setting that is not a default: who has set it.
std::string origins_text(const testing::TestInfo& test, const Options& run);

// A sentence for each of these that matches no test of this program, selected or not: what code has
// set, and overrides, from the file or the command line, that are not optional.
std::vector<std::string> unmatched_code();
std::vector<std::string> unmatched_in(const Options& run);

// The descriptors that at least one test keeps.
std::vector<int> kept_by_any_test(const Options& run);
// If its tests are forks of a template.
std::optional<TemplateKind> template_kind_of(const CellConfig& config);
// Whether any layer has a scope in which tests share a cell.
bool any_test_may_share(const Options& run);
bool shares_its_cell(const testing::TestInfo& test, const Options& run);

}  // namespace cloister::googletest
