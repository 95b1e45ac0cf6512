// Threads that fail when their test has ended, in a suite without hooks.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include <cloister/gtest.h>

namespace {

std::atomic<bool> waits_to_fail = false;
std::atomic<bool> torn_down = false;
std::atomic<bool> has_failed = false;

class World : public testing::Environment {
 public:
  void TearDown() override {
    if (!waits_to_fail) return;
    torn_down = true;
    torn_down.notify_one();
    has_failed.wait(false);
  }
};

TEST(Thread, FailsWhileTheWorldIsTornDown) {
  waits_to_fail = true;
  std::thread([] {
    torn_down.wait(false);
    ADD_FAILURE() << "late";
    has_failed = true;
    has_failed.notify_one();
  }).detach();
}

TEST(Thread, NeverStopsFailing) {
  for (int i = 0; i < 4; ++i) {
    std::thread([] {
      while (true) {
        ADD_FAILURE() << "again";
        has_failed = true;
        has_failed.notify_one();
      }
    }).detach();
  }
  has_failed.wait(false);
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  testing::AddGlobalTestEnvironment(new World);
  return cloister::run_all_tests();
}
