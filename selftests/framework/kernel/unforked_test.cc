#include "framework/kernel/unforked.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cloister {
namespace {

struct Counted {
  explicit Counted(int& alive) : alive_(alive) { ++alive_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --alive_; }
  int& alive_;
};

TEST(UnforkedPool, MakesAndDestroys) {
  int alive = 0;
  UnforkedPool<Counted> pool(2);
  auto first = pool.make(alive);
  const auto second = pool.make(alive);
  EXPECT_EQ(alive, 2);
  first.reset();
  EXPECT_EQ(alive, 1);
}

TEST(UnforkedPool, GivesTheLastPlaceThatCameBack) {
  int alive = 0;
  UnforkedPool<Counted> pool(3);
  auto first = pool.make(alive);
  const auto second = pool.make(alive);
  const Counted* place = first.get();
  first.reset();
  EXPECT_EQ(pool.make(alive).get(), place);
}

TEST(UnforkedPool, GoesOnInOrdinaryMemoryWhenItIsFull) {
  int alive = 0;
  UnforkedPool<Counted> pool(1);
  auto first = pool.make(alive);
  auto second = pool.make(alive);
  EXPECT_EQ(alive, 2);
  const Counted* place = second.get();
  second.reset();
  EXPECT_EQ(pool.make(alive).get(), place);
}

TEST(Unforked, IsNotThereInAChild) {
  if (is_looked_for_leaks()) GTEST_SKIP() << "with a leak checker it is memory like any other";
  const auto number = make_unforked<int>();
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGSEGV, SIG_DFL);
    *static_cast<volatile int*>(number.get()) = 1;
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

}  // namespace
}  // namespace cloister
