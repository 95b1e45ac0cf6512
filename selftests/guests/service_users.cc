// Tests with a service beside them that fail, or pass: what is attached to them is looked at from
// outside.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <thread>

#include "selftests/adapters/service/serving.h"

namespace cloister::selftests {
namespace {

TEST(Attached, WhenAnExpectationFails) {
  const Service service(
      serving({"say=ready", "complain=a broken pipe"}, log_line("a broken pipe")));
  EXPECT_EQ(1, 2);
}

TEST(Attached, WhenAnExceptionEndsTheTest) {
  const Service service(serving({"say=ready"}));
  throw std::runtime_error("no answer");
}

TEST(Attached, WithAServiceThatEndedByItself) {
  Service service(serving({"say=ready", "await", "exit=5"}));
  kill(service.pid(), SIGUSR2);
  while (service.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  FAIL();
}

TEST(Attached, ForEachOfTwoServices) {
  const Service one(serving({"say=ready"}));
  const Service other(serving({"say=ready"}));
  FAIL();
}

TEST(Attached, OnceWhenItDoesNotBecomeReady) { const Service service(serving({"exit=6"})); }

TEST(NotAttached, WhenTheTestPasses) { const Service service(serving({"say=ready"})); }

class Fixture : public testing::Test {
 protected:
  Service service_{serving({"say=ready"})};
};
TEST_F(Fixture, AttachesFromItsDestructor) { FAIL(); }

class Suite : public testing::Test {
 protected:
  static void SetUpTestSuite() { service_ = std::make_unique<Service>(serving({"say=ready"})); }
  static void TearDownTestSuite() { service_.reset(); }
  static std::unique_ptr<Service> service_;
};
std::unique_ptr<Service> Suite::service_;
TEST_F(Suite, AttachesAtItsEnd) { FAIL(); }

TEST(Static, OutlivesTheRunAndIsEnded) {
  static const Service service(serving({"say=ready"}));
  FAIL();
}

}  // namespace
}  // namespace cloister::selftests
