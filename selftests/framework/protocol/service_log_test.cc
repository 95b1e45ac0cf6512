#include "framework/protocol/service_log.h"

#include <gtest/gtest.h>

#include <memory>

namespace cloister {
namespace {

TEST(ServiceLog, OfNothingIsEmpty) { EXPECT_EQ(std::make_unique<ServiceLog>()->since(0), ""); }

TEST(ServiceLog, HasAllThatFits) {
  const auto log = std::make_unique<ServiceLog>();
  log->append("one\n");
  log->append("two\n");
  EXPECT_EQ(log->since(0), "one\ntwo\n");
}

TEST(ServiceLog, HasWhatCameSince) {
  const auto log = std::make_unique<ServiceLog>();
  log->append("one\n");
  const auto before = log->written();
  log->append("two\n");
  EXPECT_EQ(log->since(before), "two\n");
}

TEST(ServiceLog, HasTheLastWholeLinesOfMore) {
  const auto log = std::make_unique<ServiceLog>();
  for (int i = 0; i < 1000; ++i) log->append("a line of a service\n");
  log->append("the last\n");
  const std::string text = log->since(0);
  EXPECT_LE(text.size(), ServiceLog::kKept);
  EXPECT_TRUE(text.starts_with("a line of a service\n"));
  EXPECT_TRUE(text.ends_with("a line of a service\nthe last\n"));
}

TEST(ServiceLog, OfOneLongLineHasNothingWhole) {
  const auto log = std::make_unique<ServiceLog>();
  log->append(std::string(2 * ServiceLog::kKept, 'x'));
  EXPECT_EQ(log->since(0), "");
}

}  // namespace
}  // namespace cloister
