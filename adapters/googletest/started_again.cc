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
#include <functional>
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

std::string words_of(const TestsToStart& tests) {
  // Rows of numbers that follow each other: there is room for some thousands (kSpillSize).
  std::vector<std::pair<TestId, std::uint32_t>> rows;
  for (const TestId id : tests.ids) {
    if (!rows.empty() && rows.back().first + rows.back().second == id) {
      ++rows.back().second;
    } else {
      rows.emplace_back(id, 1);
    }
  }
  ByteWriter out;
  out.number(static_cast<std::uint32_t>(rows.size()));
  for (const auto& [first, count] : rows) {
    out.number(first);
    out.number(count);
  }
  out.text(tests.name);
  out.number(tests.hash_of_names);
  out.number(tests.random_seed);
  out.number(tests.static_destructors);
  return std::move(out.bytes());
}

TestsToStart tests_of(const std::string& words) {
  ByteReader in(words);
  TestsToStart tests;
  for (std::uint32_t left = in.count(); left > 0 && in.ok(); --left) {
    const auto first = in.number<TestId>();
    const auto count = in.number<std::uint32_t>();
    for (std::uint32_t i = 0; i < count; ++i) tests.ids.push_back(first + i);
  }
  tests.name = in.text();
  tests.hash_of_names = in.number<std::size_t>();
  tests.random_seed = in.number<int>();
  tests.static_destructors = in.number<bool>();
  return tests;
}

// As in the program that wrote it: nothing if a test is not there.
std::optional<std::size_t> hash_of_names(const Registry& registry, const std::vector<TestId>& ids) {
  std::string names;
  for (const TestId id : ids) {
    if (!registry.has(id)) return std::nullopt;
    names += full_name(registry.test(id)) + "\n";
  }
  return std::hash<std::string>{}(names);
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

// Waits for the beginning of GoogleTest's loop, when all is filtered, and makes it run these tests.
class Selects final : public ForwardingListener {
 public:
  Selects(GuestListener& guest, const Registry& registry, const std::vector<TestId>& ids,
          const WithoutVariables& hidden)
      : ForwardingListener(&guest), registry_(registry), ids_(ids), hidden_(hidden) {}
  void OnTestIterationStart(const UnitTest& unit_test, int iteration) override {
    hidden_.put_back();
    registry_.select_only(ids_);
    ForwardingListener::OnTestIterationStart(unit_test, iteration);
  }

 private:
  const Registry& registry_;
  const std::vector<TestId>& ids_;
  const WithoutVariables& hidden_;
};

}  // namespace

TestsToStart tests_to_start(const Registry& registry, std::vector<TestId> ids, int random_seed,
                            bool static_destructors) {
  const std::string name = full_name(registry.test(ids.front()));
  const std::size_t hash = hash_of_names(registry, ids).value_or(0);
  return {std::move(ids), name, hash, random_seed, static_destructors};
}

void start_program_again(GuestSide side, const TestsToStart& tests,
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
  start_again(side, arguments, words_of(tests));
  ::_exit(kNotStartedStatus);
}

void run_started_again(StartedAgain start) {
  // As in a guest that is forked: before_the_run.cc.
  for (const OpenDescriptor& open : list_descriptors()) {
    if (open.inherited) ::fcntl(open.number, F_SETFD, FD_CLOEXEC);
  }
  const TestsToStart tests = tests_of(start.words);
  Registry registry;
  registry.enumerate();
  if (tests.ids.empty() || hash_of_names(registry, tests.ids) != tests.hash_of_names) {
    give_up(start.side,
            fmt::format("find the test '{}' in the program that was started again for it: it "
                        "registers other tests than in the first place",
                        tests.name));
  }
  GTEST_FLAG_SET(random_seed, tests.random_seed);
  GTEST_FLAG_SET(repeat, 1);  // the first iteration is the last, which tears the environments down
  const WithoutVariables hidden;
  GuestListener guest(start.side, users_listeners(), guest_tests(registry, tests.ids),
                      {tests.static_destructors, other_threads() > 0});
  Selects selects(guest, registry, tests.ids, hidden);
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
