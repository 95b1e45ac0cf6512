#include "adapters/googletest/replay.h"

#include <stdio.h>

#include <algorithm>
#include <string_view>

#include "adapters/googletest/private_access.h"

namespace cloister::googletest {
namespace {

using testing::TestPartResult;

void print(FILE* stream, const std::string& text, std::uint64_t from, std::uint64_t to) {
  to = std::min<std::uint64_t>(to, text.size());
  if (from < to) fwrite(text.data() + from, 1, to - from, stream);
}

// With --gtest_throw_on_failure a failure ends the program, here as in a plain run: GoogleTest
// throws, or exits where it was built without exceptions. It is told of the failure once more for
// that, and nobody hears it.
void throw_if_asked(const TestPartResult& result) {
  if (!GTEST_FLAG_GET(throw_on_failure) || !result.failed()) return;
  testing::TestPartResultArray unheard;
  const testing::ScopedFakeTestPartResultReporter nobody(
      testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &unheard);
  // What it adds to each message, as newer releases an empty line, is in this one already.
  using testing::internal::AssertHelper;
  AssertHelper(TestPartResult::kSuccess, "", 0, "") = testing::Message();
  const std::string_view added = unheard.GetTestPartResult(0).message();
  std::string message = result.message();
  if (message.ends_with(added)) message.erase(message.size() - added.size());
  AssertHelper(result.type(), result.file_name(), result.line_number(), message.c_str()) =
      testing::Message();
}

// Made by GoogleTest for a test that it passes over.
bool is_googletests_skip(const Part* part) {
  return part->type == TestPartResult::kSkip && part->message.empty();
}

}  // namespace

bool ended_well(const Record& record) {
  return std::holds_alternative<Finished>(record.cell.outcome);
}

bool fails_at_program_end(const Record& record) {
  return record.failed_in(Phase::kProgramEnd) && !record.gave_up_in(Phase::kProgramEnd);
}

void record_properties(const Record& record, Owner owner) {
  for (const Property& property : record.properties) {
    if (property.owner == owner) testing::Test::RecordProperty(property.key, property.value);
  }
}

Replay Replay::to_googletest() {
  testing::TestPartResultArray unused;
  const testing::ScopedFakeTestPartResultReporter fake(
      testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &unused);
  return Replay(private_access::get(private_access::FakeReporterOld{}, fake));
}

// The parts of a stretch need not follow each other: threads have their own pace.
void Replay::phase(const Record& record, Phase phase) const {
  const std::vector<const Part*> all = record.parts_of(phase);
  parts(record, all, record.output_of(phase));
}

void Replay::own_words(const Record& record) const {
  if (record.last_phase() != Phase::kOwnWords) return;
  const PhaseStart& last = record.cell.phases.back();
  print(stdout, record.cell.out.kept, last.out_offset, record.cell.out.kept.size());
  print(stderr, record.cell.err.kept, last.err_offset, record.cell.err.kept.size());
}

void Replay::before_skip(const Record& record) const {
  const std::vector<const Part*> all = record.parts_of(Phase::kBody);
  const auto skip = std::ranges::find_if(all, is_googletests_skip);
  Record::Span output = record.output_of(Phase::kBody);
  if (skip != all.end()) output.to = {{}, (*skip)->out_offset, (*skip)->err_offset};
  parts(record, {all.begin(), skip}, output);
}

void Replay::after_skip(const Record& record) const {
  const std::vector<const Part*> all = record.parts_of(Phase::kBody);
  const auto skip = std::ranges::find_if(all, is_googletests_skip);
  if (skip == all.end()) return;
  const PhaseStart from{{}, (*skip)->out_offset, (*skip)->err_offset};
  parts(record, {skip + 1, all.end()}, {from, record.output_of(Phase::kBody).to});
  record_properties(record, Owner::kTest);
}

// Prints that output and re-issues those assertions between, each where it was made.
void Replay::parts(const Record& record, std::span<const Part* const> parts,
                   Record::Span output) const {
  auto& [from, to] = output;
  for (const Part* part : parts) {
    const std::uint64_t out = std::clamp(part->out_offset, from.out_offset, to.out_offset);
    const std::uint64_t err = std::clamp(part->err_offset, from.err_offset, to.err_offset);
    print(stdout, record.cell.out.kept, from.out_offset, out);
    print(stderr, record.cell.err.kept, from.err_offset, err);
    from.out_offset = out;
    from.err_offset = err;
    reissue(*part);
  }
  print(stdout, record.cell.out.kept, from.out_offset, to.out_offset);
  print(stderr, record.cell.err.kept, from.err_offset, to.err_offset);
}

void Replay::reissue(TestPartResult::Type type, const char* file, int line,
                     const std::string& message) const {
  const TestPartResult result(type, file, line, message.c_str());
  reporter_->ReportTestPartResult(result);
  throw_if_asked(result);
}

void Replay::fail(const testing::TestInfo& test, const std::string& message) const {
  reissue(TestPartResult::kFatalFailure, test.file(), test.line(), message);
}

}  // namespace cloister::googletest
