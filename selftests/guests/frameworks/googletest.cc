// A GoogleTest binary that knows nothing of Cloister: every end, and names that filters cannot say.
#include <gtest/gtest.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>

#include "selftests/guests/frameworks/ways_to_end.h"

TEST(Ends, Passes) { EXPECT_EQ(2, 1 + 1); }
TEST(Ends, Fails) { EXPECT_EQ(3, 1 + 1) << "sum"; }
TEST(Ends, Skips) { GTEST_SKIP() << "no printer"; }
TEST(Ends, Crashes) { crash(); }
TEST(Ends, Hangs) { hang(); }
TEST(Ends, Eats) { eat(); }
TEST(Ends, Leaves) { leave(); }
TEST(Ends, DISABLED_Off) { FAIL(); }

TEST(Keeps, SystemVSharedMemory) { EXPECT_GE(shmget(IPC_PRIVATE, 4096, 0600), 0); }

class Numbers : public testing::TestWithParam<int> {};
TEST_P(Numbers, AreSmall) { EXPECT_LT(GetParam(), 3); }
INSTANTIATE_TEST_SUITE_P(Few, Numbers, testing::Values(1, 2, 3));

template <typename T>
class Typed : public testing::Test {};
using Types = testing::Types<int, char>;
TYPED_TEST_SUITE(Typed, Types);
TYPED_TEST(Typed, IsSmall) { EXPECT_EQ(sizeof(TypeParam), 1U); }

class Odd : public testing::Test {
 public:
  explicit Odd(bool passes) : passes_(passes) {}
  void TestBody() override { EXPECT_TRUE(passes_); }

 private:
  bool passes_;
};

// Alike to a filter, apart in what they do.
const bool kRegistered = [] {
  for (const auto& [name, passes] :
       {std::pair("a-b", true), {"a:b", false}, {"a*b", true}, {"a?b", false}, {"axb", true}}) {
    testing::RegisterTest("Odd", name, nullptr, nullptr, __FILE__, __LINE__,
                          [passes = passes]() -> Odd* { return new Odd(passes); });
  }
  for (const char* name : {"with \x01 and \x1b[0m", "Gr\xfcn in Latin-1", "new\nline", "tab\tx",
                           "twice", "twice", "DISABLED_not", "", "$ENV{HOME} ${X} ]=] ;"}) {
    testing::RegisterTest("Names", name, nullptr, nullptr, __FILE__, __LINE__,
                          []() -> Odd* { return new Odd(true); });
  }
  // Only when the binary is asked for its tests.
  std::ifstream command("/proc/self/cmdline");
  if (std::string(std::istreambuf_iterator<char>(command), {}).find("list_tests") !=
      std::string::npos) {
    testing::RegisterTest("Gone", "InTheCell", nullptr, nullptr, __FILE__, __LINE__,
                          []() -> Odd* { return new Odd(true); });
  }
  return true;
}();
