// Settings in code for tests of every kind of writing; with MISSPELT=1, some for tests that are not
// there; with SCOPE_OF_A_TEST=1, one that only a suite has.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cloister/gtest.h>

using namespace std::chrono_literals;

const cloister::CellConfig kLonger = cloister::CellConfig().with_deadline(50s);

CLOISTER_SUITE(Storage, kLonger);
CLOISTER_TEST(Storage, FitsIntoMemory, kLonger);
TEST(Storage, FitsIntoMemory) {}
CLOISTER_TEST(Storage, DISABLED_Later, kLonger);
TEST(Storage, DISABLED_Later) {}

class Values : public testing::TestWithParam<int> {};
CLOISTER_SUITE(Values, kLonger);
CLOISTER_TEST(Values, AreSmall, kLonger);
TEST_P(Values, AreSmall) {}
INSTANTIATE_TEST_SUITE_P(Few, Values, testing::Values(1, 2));

template <typename T>
class Typed : public testing::Test {};
CLOISTER_SUITE(Typed, kLonger);
CLOISTER_TEST(Typed, IsSmall, kLonger);
TYPED_TEST_SUITE(Typed, testing::Types<int>);
TYPED_TEST(Typed, IsSmall) {}

class Later : public testing::TestWithParam<int> {};
CLOISTER_SUITE(Later, kLonger);
CLOISTER_TEST(Later, IsNotYetInstantiated, kLonger);
TEST_P(Later, IsNotYetInstantiated) {}
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Later);

const bool kMisspelt = ::getenv("MISSPELT") != nullptr &&
                       cloister::configure_test("Storage", "FitsIntoMemroy", kLonger) &&
                       cloister::configure_suite("Storge", kLonger) &&
                       cloister::configure_suite("Elsewhere", kLonger);

const bool kScoped =
    ::getenv("SCOPE_OF_A_TEST") != nullptr &&
    cloister::configure_test("Storage", "FitsIntoMemory",
                             cloister::CellConfig().with_scope(cloister::Scope::kSuite));

TEST(DeathTest, Threadsafe) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(abort(), "");
}
