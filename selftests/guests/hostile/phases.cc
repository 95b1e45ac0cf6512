// Guests that die in each phase of a test's life.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>

#include <cloister/gtest.h>

#include "selftests/guests/hostile/guests.h"

namespace {

void die_in(const char* test) {
  if (hostile::is_guest_of("DiesIn", test)) abort();
}

class World : public testing::Environment {
 public:
  void SetUp() override { die_in("TheEnvironmentsSetUp"); }
  void TearDown() override { die_in("TheEnvironmentsTearDown"); }
};
[[maybe_unused]] const testing::Environment* const kWorld =
    testing::AddGlobalTestEnvironment(new World);

class DiesIn : public testing::Test {
 protected:
  DiesIn() { die_in("TheConstructor"); }
  ~DiesIn() override { die_in("TheDestructor"); }
  static void SetUpTestSuite() { die_in("SetUpTestSuite"); }
  static void TearDownTestSuite() { die_in("TearDownTestSuite"); }
  void SetUp() override { die_in("SetUp"); }
  void TearDown() override { die_in("TearDown"); }
};
TEST_F(DiesIn, TheEnvironmentsSetUp) {}
TEST_F(DiesIn, SetUpTestSuite) {}
TEST_F(DiesIn, TheConstructor) {}
TEST_F(DiesIn, Neighbour1) { hostile::expect_unharmed(); }
TEST_F(DiesIn, SetUp) {}
TEST_F(DiesIn, TheBody) { abort(); }
TEST_F(DiesIn, TearDown) {}
TEST_F(DiesIn, Neighbour2) { hostile::expect_unharmed(); }
TEST_F(DiesIn, TheDestructor) {}
TEST_F(DiesIn, TearDownTestSuite) {}
TEST_F(DiesIn, TheEnvironmentsTearDown) {}
TEST_F(DiesIn, Neighbour3) { hostile::expect_unharmed(); }

}  // namespace
