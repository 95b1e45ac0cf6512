// A plan as the bytes that the builder takes, which is without plan.h: this is what both must hold.
#include "framework/plan/encode.h"

#include <gtest/gtest.h>

#include <concepts>
#include <ostream>

#include "framework/wire/bytes.h"

namespace cloister {
namespace {

// Numbers as they are given, texts with their length before them.
template <typename... Values>
std::string bytes_of(const Values&... values) {
  ByteWriter out;
  const auto put = [&out](const auto& value) {
    if constexpr (std::convertible_to<decltype(value), std::string_view>) {
      out.text(value);
    } else {
      out.number(value);
    }
  };
  (put(values), ...);
  return out.bytes();
}

constexpr std::uint8_t kNo = 0;
constexpr std::uint8_t kYes = 1;
constexpr std::uint32_t kNone = 0;  // things in a list

// All that comes before the steps, of a plan that says nothing.
std::string nothing_before_steps() {
  return bytes_of(std::uint64_t{0}, kNo, LentNetwork::kNone, kNone, kNone, kNone, std::uint8_t{0});
}

TEST(EncodedPlan, OfNothingIsCountsOfNothing) {
  EXPECT_EQ(encode(InsidePlan{}), nothing_before_steps() + bytes_of(kNone));
}

TEST(EncodedPlan, BeginsWithItsNamespaces) {
  EXPECT_TRUE(encode({.namespaces = 0x1234567890}).starts_with(bytes_of(0x1234567890)));
}

TEST(EncodedPlan, SaysWhetherGroupsMayBeSet) {
  EXPECT_TRUE(encode({.allow_setgroups = true}).starts_with(bytes_of(std::uint64_t{0}, kYes)));
}

TEST(EncodedPlan, SaysWhichNetworkIsLent) {
  EXPECT_TRUE(encode({.lent_network = LentNetwork::kLoopback})
                  .starts_with(bytes_of(std::uint64_t{0}, kNo, LentNetwork::kLoopback)));
}

TEST(EncodedPlan, MapsUsersBeforeGroups) {
  const std::string bytes = encode({.uid_map = {{1, 2, 3}, {10, 20, 30}}, .gid_map = {{4, 5, 6}}});
  EXPECT_EQ(bytes, bytes_of(std::uint64_t{0}, kNo, LentNetwork::kNone, 2U, 1U, 2U, 3U, 10U, 20U,
                            30U, 1U, 4U, 5U, 6U, kNone, std::uint8_t{0}, kNone));
}

TEST(EncodedPlan, MapsIdsToRootWhereTheUserIsThat) {
  const auto mapped_to = [](std::uint32_t outside) {
    return InsidePlan{.uid_map = {{1000, outside, 1}}, .gid_map = {{100, outside, 1}}};
  };
  EXPECT_EQ(encode(mapped_to(1000), true), encode(mapped_to(0)));
  EXPECT_NE(encode(mapped_to(1000), false), encode(mapped_to(0)));
}

TEST(EncodedPlan, HasTheSettingsOfEachGroupAndThenItsReadings) {
  const InsidePlan plan{
      .cgroups = {{.stem = "/cg/cell-",
                   .join_file = "the guest's alone",
                   .settings = {{"memory.max", "64", true}, {"memory.swap.max", "0", false}},
                   .readings = {{Reading::kUserCpu, "cpu.stat", "user_usec", 1000}}}}};
  EXPECT_EQ(encode(plan),
            bytes_of(std::uint64_t{0}, kNo, LentNetwork::kNone, kNone, kNone, 1U, "/cg/cell-", 2U,
                     "memory.max", "64", kYes, "memory.swap.max", "0", kNo, 1U, Reading::kUserCpu,
                     "cpu.stat", "user_usec", 1000U, std::uint8_t{0}, kNone));
}

TEST(EncodedPlan, SaysWhereToLookForWhatIsLeft) {
  const std::uint8_t all = kLookForPorts | kLookForFiles;
  EXPECT_TRUE(encode({.look_for = all}).ends_with(bytes_of(all, kNone)));
}

TEST(EncodedPlan, HasItsStepsInTheirOrder) {
  const InsidePlan plan{.steps = {SetHostname{"a"}, EnterRoot{}, BringUpLoopback{}}};
  EXPECT_EQ(encode(plan),
            nothing_before_steps() + bytes_of(3U, StepCode::kSetHostname, "a", StepCode::kEnterRoot,
                                              StepCode::kBringUpLoopback));
}

TEST(EncodedPlan, IsTheSameForPlansThatAreEqual) {
  const auto plan = [] {
    return InsidePlan{.namespaces = 1,
                      .uid_map = {{1, 2, 3}},
                      .steps = {MountTmpfs{"/tmp", 1, 2, {"kept"}}, SetHostname{"a"}},
                      .cgroups = {{.stem = "/cg/cell-"}}};
  };
  ASSERT_EQ(plan(), plan());
  EXPECT_EQ(encode(plan()), encode(plan()));
}

struct EncodedStep {
  const char* name;
  SetupStep step;
  StepCode code;
  std::string fields;
};
void PrintTo(const EncodedStep& row, std::ostream* out) { *out << row.name; }

class EveryStep : public testing::TestWithParam<EncodedStep> {};

TEST_P(EveryStep, IsItsCodeAndItsFields) {
  const EncodedStep& row = GetParam();
  EXPECT_EQ(encode({.steps = {row.step}}),
            nothing_before_steps() + bytes_of(1U, row.code) + row.fields);
}

FileView view_of_everything() {
  return {.directory = "/src",
          .shared = {"socket"},
          .is_empty = true,
          .made = {"a", "a/b"},
          .copied = {"a/c"}};
}

INSTANTIATE_TEST_SUITE_P(
    , EveryStep,
    testing::Values(
        EncodedStep{"SetPropagation", SetPropagation{Propagation::kShared},
                    StepCode::kSetPropagation, bytes_of(Propagation::kShared)},
        EncodedStep{"MountProc", MountProc{"/proc"}, StepCode::kMountProc, bytes_of("/proc")},
        EncodedStep{"MountTmpfs", MountTmpfs{"/tmp", 7, 8, {"a", "b"}, false},
                    StepCode::kMountTmpfs,
                    bytes_of("/tmp", std::uint64_t{7}, std::uint64_t{8}, 2U, "a", "b", kNo, kNo)},
        EncodedStep{"ACopyOfATmpfs", MountTmpfs{"/tmp", 7, 8, {}, false, true},
                    StepCode::kMountTmpfs,
                    bytes_of("/tmp", std::uint64_t{7}, std::uint64_t{8}, 0U, kNo, kYes)},
        EncodedStep{"MakeReadOnly", MakeReadOnly{"/sys", true}, StepCode::kMakeReadOnly,
                    bytes_of("/sys", kYes)},
        EncodedStep{"SetHostname", SetHostname{"cloister"}, StepCode::kSetHostname,
                    bytes_of("cloister")},
        EncodedStep{"BringUpLoopback", BringUpLoopback{}, StepCode::kBringUpLoopback, ""},
        EncodedStep{"OpenLowPorts", OpenLowPorts{}, StepCode::kOpenLowPorts, ""},
        EncodedStep{"StartRoot", StartRoot{"/image"}, StepCode::kStartRoot, bytes_of("/image")},
        EncodedStep{"BindMount", BindMount{"/from", "./to", true}, StepCode::kBindMount,
                    bytes_of("/from", "./to", kYes)},
        EncodedStep{"EnterRoot", EnterRoot{}, StepCode::kEnterRoot, ""},
        EncodedStep{"SetClocks", SetClocks{{.monotonic = -1, .boottime = 2}}, StepCode::kSetClocks,
                    bytes_of(std::int64_t{-1}, std::int64_t{2})},
        EncodedStep{"NameInHosts", NameInHosts{"cloister", true}, StepCode::kNameInHosts,
                    bytes_of("cloister", kYes)},
        EncodedStep{"MountViews", MountViews{{view_of_everything()}, ".", "/store-", true},
                    StepCode::kMountViews,
                    bytes_of(".", "/store-", kYes, 1U, "/src", kYes, 2U, "a", "a/b", 1U, "a/c", 1U,
                             "socket")},
        EncodedStep{"BindReadOnly", BindReadOnly{"/etc"}, StepCode::kBindReadOnly,
                    bytes_of("/etc")},
        EncodedStep{"MakeDirectory", MakeDirectory{"./a"}, StepCode::kMakeDirectory,
                    bytes_of("./a")},
        EncodedStep{"MakeLink", MakeLink{"/bin", "./bin"}, StepCode::kMakeLink,
                    bytes_of("/bin", "./bin")}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace cloister
