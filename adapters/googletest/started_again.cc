#include "adapters/googletest/started_again.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <optional>

#include "adapters/googletest/before_the_run.h"
#include "adapters/googletest/guest_arguments.h"
#include "adapters/googletest/guest_listener.h"
#include "adapters/googletest/listeners.h"
#include "framework/facts/facts.h"
#include "framework/launch/open_descriptors.h"
#include "framework/protocol/step_code.h"
#include "framework/wire/bytes.h"

namespace cloister::googletest {
namespace {

using testing::UnitTest;

constexpr int kNotStartedStatus = 125;

std::string words_of(const TestToStart& test) {
  ByteWriter out;
  out.number(test.id);
  out.text(test.name);
  out.number(test.random_seed);
  out.number(test.static_destructors);
  return std::move(out.bytes());
}

TestToStart test_of(const std::string& words) {
  ByteReader in(words);
  TestToStart test;
  test.id = in.number<TestId>();
  test.name = in.text();
  test.random_seed = in.number<int>();
  test.static_destructors = in.number<bool>();
  return test;
}

// GoogleTest writes to the files that these name at the beginning of a run: the keeper's, from
// which a cell's view may differ.
constexpr std::array kFilesOfTheRun{"TEST_PREMATURE_EXIT_FILE", "GTEST_SHARD_STATUS_FILE"};

class WithoutVariables {
 public:
  WithoutVariables() {
    for (std::size_t i = 0; i < kFilesOfTheRun.size(); ++i) {
      if (const char* value = ::getenv(kFilesOfTheRun[i])) values_[i] = value;
      ::unsetenv(kFilesOfTheRun[i]);
    }
  }
  void put_back() const {
    for (std::size_t i = 0; i < kFilesOfTheRun.size(); ++i) {
      if (values_[i]) ::setenv(kFilesOfTheRun[i], values_[i]->c_str(), 1);
    }
  }

 private:
  std::array<std::optional<std::string>, kFilesOfTheRun.size()> values_;
};

[[noreturn]] void give_up(GuestSide& side, const std::string& doing, int number = 0) {
  side.fail_entry(Error{doing, number, "--cloister_launch=fork does without"});
  ::_exit(kNotStartedStatus);
}

// Waits for the beginning of GoogleTest's loop, when all is filtered, and makes it run one test.
class SelectsOne final : public ForwardingListener {
 public:
  SelectsOne(GuestListener& guest, const Registry& registry, TestId id,
             const WithoutVariables& hidden)
      : ForwardingListener(&guest), registry_(registry), id_(id), hidden_(hidden) {}
  void OnTestIterationStart(const UnitTest& unit_test, int iteration) override {
    hidden_.put_back();
    registry_.select_only(id_);
    ForwardingListener::OnTestIterationStart(unit_test, iteration);
  }

 private:
  const Registry& registry_;
  TestId id_;
  const WithoutVariables& hidden_;
};

}  // namespace

void start_program_again(GuestSide side, const TestToStart& test,
                         const std::vector<std::string>& arguments) {
  use_in_death_tests(arguments);
  // The program starts where it was started. In a directory that the cell covers, the guest is in
  // what was covered.
  const std::string start = UnitTest::GetInstance()->original_working_dir();
  const bool is_covered =
      std::ranges::find(kCoveredDirectories, start) != std::end(kCoveredDirectories) &&
      ::access((start + "/" + kCoveredItself).c_str(), F_OK) == 0;
  if (!is_covered && ::chdir(start.c_str()) != 0)
    give_up(side, "change to the directory in which the program was started", errno);
  // What main() prints came from the keeper already.
  side.start_phase(static_cast<std::uint8_t>(Phase::kOwnWords));
  start_again(side, arguments, words_of(test));
  ::_exit(kNotStartedStatus);
}

void run_started_again(StartedAgain start) {
  // As in a guest that is forked: before_the_run.cc.
  for (const OpenDescriptor& open : list_descriptors()) {
    if (open.inherited) ::fcntl(open.number, F_SETFD, FD_CLOEXEC);
  }
  const TestToStart test = test_of(start.words);
  Registry registry;
  registry.enumerate();
  if (!registry.has(test.id) || full_name(registry.test(test.id)) != test.name) {
    give_up(start.side,
            fmt::format("find the test '{}' in the program that was started again for it: it "
                        "registers other tests than in the first place",
                        test.name));
  }
  GTEST_FLAG_SET(random_seed, test.random_seed);
  GTEST_FLAG_SET(repeat, 1);  // the first iteration is the last, which tears the environments down
  const WithoutVariables hidden;
  GuestListener guest(start.side, users_listeners(), registry.test(test.id),
                      {test.static_destructors, other_threads() > 0});
  SelectsOne selects(guest, registry, test.id, hidden);
  const ListenersReplaced replaced(&selects);
  int result = 0;
  try {
    result = RUN_ALL_TESTS();
  } catch (...) {
    std::terminate();  // as in a guest that is forked: Keeper::run
  }
  guest.give_up(result);
}

}  // namespace cloister::googletest
