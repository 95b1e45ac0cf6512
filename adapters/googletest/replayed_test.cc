// Built without type information, whatever the rest is built with: that of testing::Test, which a
// class of it would name, is not in a GoogleTest that was built with -fno-rtti.
#include "adapters/googletest/replayed_test.h"

#include "adapters/googletest/keeper.h"

namespace cloister::googletest {
namespace {

class ReplayedTest final : public testing::Test {
 public:
  explicit ReplayedTest(TestId id) : id_(id) {}

 private:
  void TestBody() override { Keeper::instance().replay_test(id_); }
  TestId id_;
};

}  // namespace

testing::Test* make_replayed_test(TestId id) { return new ReplayedTest(id); }

}  // namespace cloister::googletest
