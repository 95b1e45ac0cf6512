// A GoogleTest binary in which what is outside of its tests fails or skips, as the variable OUTSIDE
// says. It is built without Cloister and with it: both must come to the same.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <stdexcept>
#include <string>

namespace {

bool is(const std::string& how) {
  const char* asked = getenv("OUTSIDE");
  return asked != nullptr && asked == how;
}

class World : public testing::Environment {
 public:
  void SetUp() override {
    if (is("environment fails fatally")) FAIL() << "there is no database";
    if (is("environment fails")) ADD_FAILURE() << "the database is slow";
    if (is("environment throws")) throw std::runtime_error("the database threw");
    if (is("environment skips")) GTEST_SKIP() << "no database is wanted";
  }
  void TearDown() override {
    if (is("environment is torn down badly")) ADD_FAILURE() << "the schema stays";
    if (is("environment skips its end")) GTEST_SKIP() << "there is nothing to drop";
    if (is("environment throws at its end")) throw std::runtime_error("the schema threw");
  }
};
const auto* const kWorld = testing::AddGlobalTestEnvironment(new World);

class Suite : public testing::Test {
 public:
  static void SetUpTestSuite() {
    if (is("suite fails")) FAIL() << "there are no data";
    if (is("suite throws")) throw 7;
  }
  static void TearDownTestSuite() {
    if (is("suite is torn down badly")) ADD_FAILURE() << "a lock is left";
  }
};
TEST_F(Suite, One) {}
TEST_F(Suite, Two) {}
TEST(Other, Three) {}

}  // namespace
