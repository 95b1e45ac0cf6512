// Sanitizers, coverage, debuggers: what a user builds or starts their tests with works in cells,
// and blames the right test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "selftests/support/run_program.h"

namespace cloister::selftests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

std::string instrumented(const std::string& instrument) {
  return std::string(INSTRUMENTED) + "/instrumented_" + instrument;
}

Ended run_filtered(const std::string& instrument, const std::string& filter,
                   std::vector<std::string> environment = {}) {
  return run({{instrumented(instrument), "--gtest_filter=" + filter}, std::move(environment)});
}

TEST(AddressSanitizer, BlamesTheTestThatUsedFreedMemory) {
  const Ended ended = run_filtered("address", "Fine.*:Memory.IsUsed*");
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.err, HasSubstr("heap-use-after-free"));
  EXPECT_THAT(ended.out, HasSubstr("[       OK ] Fine.Second"));
  EXPECT_THAT(ended.out, HasSubstr("[  FAILED  ] Memory.IsUsedAfterItIsFreed"));
  EXPECT_THAT(ended.out, HasSubstr("exited with status 1 before the test had ended"));
}

TEST(LeakSanitizer, PinsALeakOnTheTestThatLeaked) {
  const Ended ended = run_filtered("address", "Fine.*:Memory.Leaks");
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.err, HasSubstr("1234 byte(s)"));
  EXPECT_THAT(ended.out, HasSubstr("[       OK ] Fine.First"));
  EXPECT_THAT(ended.out, HasSubstr("[  FAILED  ] Memory.Leaks"));
  EXPECT_THAT(ended.out, HasSubstr("exited with status 23 after the test had ended"));
}

TEST(LeakSanitizer, IsSilentWhereNothingLeaks) {
  const Ended ended = run_filtered("address", "Fine.*:Covered*-*/7");
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  EXPECT_EQ(ended.err, "");
}

TEST(LeakSanitizer, WorksWhereTestsStartTheProgramAnew) {
  const Ended ended = run_filtered("address", "Fine.*:Memory.Leaks", {"GUEST_THREAD=1"});
  EXPECT_THAT(ended.err, HasSubstr("each test starts the program anew"));
  EXPECT_THAT(ended.err, HasSubstr("1234 byte(s)"));
  EXPECT_THAT(ended.out, HasSubstr("[  FAILED  ] Memory.Leaks"));
}

TEST(UndefinedBehaviorSanitizer, SpeaksInTheTestThatOverflows) {
  const Ended plain = run({{instrumented("undefined"), "--cloister=off", "--gtest_filter=Ar*"}});
  const Ended cells = run_filtered("undefined", "Ar*");
  EXPECT_THAT(cells.err, HasSubstr("signed integer overflow"));
  EXPECT_EQ(first_difference(plain.err, cells.err), "");
  EXPECT_EQ(cells.status, plain.status);
}

TEST(UndefinedBehaviorSanitizer, FailsTheTestWhenItMayNotGoOn) {
  const Ended ended = run_filtered("undefined", "Fine.*:Ar*", {"UBSAN_OPTIONS=halt_on_error=1"});
  EXPECT_THAT(ended.out, HasSubstr("[       OK ] Fine.Second"));
  EXPECT_THAT(ended.out, HasSubstr("[  FAILED  ] Arithmetic.Overflows"));
}

TEST(ThreadSanitizer, BlamesTheTestThatRaces) {
  const Ended ended = run_filtered("thread", "Fine.*:Threads.*");
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.err, HasSubstr("data race"));
  EXPECT_THAT(ended.out, HasSubstr("[       OK ] Threads.MayStart"));
  EXPECT_THAT(ended.out, HasSubstr("[  FAILED  ] Threads.Race"));
}

TEST(ThreadSanitizer, MayHaveAThreadBeforeTheRun) {
  const Ended ended = run_filtered("thread", "Fine.*:Threads.*", {"GUEST_THREAD=1"});
  EXPECT_THAT(ended.err, HasSubstr("each test starts the program anew"));
  EXPECT_THAT(ended.out, HasSubstr("[       OK ] Threads.MayStart"));
  EXPECT_THAT(ended.out, HasSubstr("[  FAILED  ] Threads.Race"));
  EXPECT_THAT(ended.out, HasSubstr("[       OK ] Fine.First"));
}

// timeout(1) sends SIGTERM, and SIGKILL to what does not heed it.
TEST(ThreadSanitizer, LeavesAnInterruptionWhatItIs) {
  const Ended ended = run({{"timeout", "--kill-after=20", "2", instrumented("thread"),
                            "--gtest_also_run_disabled_tests", "--gtest_filter=Waits.*"}});
  EXPECT_EQ(ended.status, 124) << "timeout(1) has ended it";
  EXPECT_THAT(ended.err, HasSubstr("cloister: interrupted by SIGTERM while these were running:\n"
                                   "  Waits.DISABLED_ForEver ("));
}

// A place for what one run counts. Cells see it: it is not below /tmp.
class Coverage : public testing::Test {
 protected:
  Coverage() : place_(fs::current_path() / ("coverage-" + std::to_string(getpid()))) {
    fs::remove_all(place_);
    fs::create_directories(place_);
  }
  ~Coverage() override { fs::remove_all(place_); }

  static std::string shell(const std::string& command) {
    const Ended ended = run({{"sh", "-c", command}});
    EXPECT_EQ(ended.status, 0) << command << '\n' << ended.err;
    return ended.out;
  }

  // What gcov(1) says of each line after a run.
  std::string gcov(const std::string& cloister) const {
    const std::string place = place_ / "gcov";
    fs::remove_all(place);
    fs::create_directories(place);
    run({{instrumented("gcov"), cloister, "--gtest_filter=Fine*:Covered*:*Covered*"},
         {"GCOV_PREFIX=" + place}});
    // The notes lie beside the object, the counts below GCOV_PREFIX.
    return shell("cd '" + place +
                 "' && find . -name '*.gcda' | while read -r f; do cp \"/${f%.gcda}.gcno\" " +
                 "\"${f%.gcda}.gcno\"; " + std::string(GCOV) +
                 " -t \"$f\"; done | awk '/:    0:Source:/ { here = /instrumented.cc$/ } here && "
                 "!/:Runs:/'");
  }

  std::string llvm_cov(const std::string& cloister) const {
    const std::string place = place_ / "llvm";
    fs::remove_all(place);
    fs::create_directories(place);
    run({{instrumented("llvm"), cloister, "--gtest_filter=Fine*:Covered*:*Covered*"},
         {"LLVM_PROFILE_FILE=" + place + "/counts.profraw"}});
    shell(std::string(LLVM_PROFDATA) + " merge -o '" + place + "/all' '" + place + "'/*.profraw");
    return shell(std::string(LLVM_COV) + " show '" + instrumented("llvm") + "' -instr-profile='" +
                 place + "/all' " + INSTRUMENTED_SOURCE);
  }

 private:
  fs::path place_;
};

TEST_F(Coverage, CountsOfGcovAreThoseOfAPlainRun) {
  const std::string plain = gcov("--cloister=off");
  EXPECT_THAT(plain, HasSubstr("branch(int number)"));
  EXPECT_EQ(first_difference(plain, gcov("--cloister=on")), "");
  EXPECT_EQ(first_difference(plain, gcov("--cloister_files=declared")), "");
}

TEST_F(Coverage, CountsOfLlvmAreThoseOfAPlainRun) {
  const std::string plain = llvm_cov("--cloister=off");
  EXPECT_THAT(plain, HasSubstr("branch(int number)"));
  EXPECT_EQ(first_difference(plain, llvm_cov("--cloister=on")), "");
  EXPECT_EQ(first_difference(plain, llvm_cov("--cloister_files=declared")), "");
}

// A place in /tmp, which cells cover.
class InTmp : public testing::Test {
 protected:
  InTmp() {
    char name[] = "/tmp/cloister-instruments-XXXXXX";
    place_ = mkdtemp(name);
  }
  ~InTmp() override { fs::remove_all(place_); }
  // What each file there holds whose name begins so.
  std::vector<std::string> files(const std::string& beginning) const {
    std::vector<std::string> contents;
    for (const auto& file : fs::directory_iterator(place_)) {
      if (file.path().filename().string().starts_with(beginning))
        contents.push_back(content_of(file.path()));
    }
    return contents;
  }
  std::string place_;
};

TEST_F(InTmp, LogsOfSanitizersAreOneFileForEachReport) {
  for (const char* more : {"", ":log_exe_name=1"}) {
    const std::string log = *more == '\0' ? "plain" : "named";
    run_filtered("address", "Fine.*:Memory.*",
                 {"ASAN_OPTIONS=log_path=" + place_ + "/" + log + more});
    const auto reports = files(log);
    ASSERT_EQ(reports.size(), 2U) << log;
    const std::string both = reports[0] + reports[1];
    EXPECT_THAT(both, HasSubstr("heap-use-after-free"));
    EXPECT_THAT(both, HasSubstr("1234 byte(s)"));
  }
}

TEST_F(InTmp, CountsOfLlvmAreThoseOfAPlainRun) {
  const auto counts = [&](const std::string& cloister, const std::string& file) {
    const std::string place = place_ + "/" + cloister + "/" + file.substr(0, 2);
    run({{instrumented("llvm"), "--cloister=" + cloister, "--gtest_filter=Fine*:*Covered*"},
         {"LLVM_PROFILE_FILE=" + place + "/" + file}});
    const Ended merged =
        run({{"sh", "-c",
              std::string(LLVM_PROFDATA) + " merge -o " + place_ + "/all " + place +
                  "/*.profraw && " + LLVM_COV + " show " + instrumented("llvm") +
                  " -instr-profile=" + place_ + "/all " + INSTRUMENTED_SOURCE}});
    EXPECT_EQ(merged.status, 0) << merged.err;
    return merged.out;
  };
  for (const char* file : {"m-%m.profraw", "p-%p.profraw", "n-name.profraw"}) {
    const std::string plain = counts("off", file);
    EXPECT_THAT(plain, HasSubstr("branch(int number)"));
    EXPECT_EQ(first_difference(plain, counts("on", file)), "") << file;
  }
}

TEST_F(Coverage, OfLlvmSaysUnderWhichNameItGoes) {
  const Ended ended =
      run({{instrumented("llvm"), "--gtest_filter=Fine.First"}, {"LLVM_PROFILE_FILE=/dev/null"}});
  EXPECT_THAT(ended.err,
              HasSubstr("cloister: note: LLVM coverage goes to '/dev/null_%m', for tests "
                        "are processes of their own\n"));
}

TEST(Debugger, GdbGetsAPlainRunAndIsTold) {
  const Ended ended = run({{"gdb", "-nx", "-batch", "-ex", "run", "--args", instrumented("none"),
                            "--gtest_filter=Fine.*"}});
  EXPECT_TRUE(ended.contains(
      "cloister: note: a debugger or valgrind is attached: the tests run without cells\n"));
  EXPECT_TRUE(ended.contains("[  PASSED  ] 2 tests.")) << ended.out << ended.err;
}

TEST(Debugger, ValgrindGetsAPlainRunAndIsTold) {
  const Ended ended = run({{"valgrind", "--error-exitcode=9", instrumented("none"),
                            "--gtest_filter=Fine.*:Memory.IsUsed*"}});
  EXPECT_TRUE(ended.contains(
      "cloister: note: a debugger or valgrind is attached: the tests run without cells\n"));
  EXPECT_TRUE(ended.contains("Invalid read of size 4")) << ended.err;
  EXPECT_EQ(ended.status, 9);
}

}  // namespace
}  // namespace cloister::selftests
