// A cell's report as bytes: what is accepted is exactly what encode() makes, and has words.
#include "framework/report/encode.h"
#include "framework/report/words.h"
#include "selftests/fuzz/oracle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cloister;
  const std::string_view bytes = fuzz::text_of(data, size);
  const auto report = decode_report(bytes);
  if (!report) return 0;
  fuzz::require(encode(*report) == bytes, "a report goes back to the bytes that it came from");
  fuzz::require(!decode_report(bytes.substr(0, size - 1)), "a report that is cut is none");
  fuzz::require(!decode_report(std::string(bytes) + '\0'), "a report with more behind it is none");
  fuzz::require(!ending_text(*report).empty(), "every end has words");
  for (const std::string& note :
       limit_notes(*report, [](std::string_view setting) { return std::string(setting); }))
    fuzz::require(!note.empty(), "every note has words");
  fuzz::require(services_text(*report).find('\x1b') == std::string::npos,
                "what services print is printable");
  return 0;
}
