#include <CppUTest/TestHarness.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

TEST_GROUP(Files){void setup() override{std::ofstream("/tmp/of_the_test") << "here";
}
}
;

TEST(Files, AreThere) { CHECK(std::ifstream("/tmp/of_the_test").good()); }

TEST(Files, OfOthersAreNot) {
  CHECK_FALSE(std::ifstream("/tmp/of_another").good());
  std::ofstream("/tmp/of_another") << "here";
}

TEST_GROUP(Ends){};

TEST(Ends, ByACheck) { LONGS_EQUAL(2, 3); }

TEST(Ends, ByASignal) { raise(SIGSEGV); }

TEST(Ends, Well) { CHECK(getpid() > 1); }
