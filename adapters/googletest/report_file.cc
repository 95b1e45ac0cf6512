#include "adapters/googletest/report_file.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace cloister::googletest {
namespace {

namespace fs = std::filesystem;

// In a directory GoogleTest takes the first of NAME.xml, NAME_1.xml, ... that there is not yet.
fs::path newest_in(const fs::path& directory, const std::string& format) {
  const std::string program = fs::path(testing::internal::GetArgvs().front()).filename();
  fs::path newest = directory / (program + "." + format);
  std::error_code none;
  for (int number = 1;; ++number) {
    const fs::path next = directory / fmt::format("{}_{}.{}", program, number, format);
    if (!fs::exists(next, none)) return newest;
    newest = next;
  }
}

// As GoogleTest reads the flag: "FORMAT", "FORMAT:FILE", "FORMAT:DIRECTORY/".
fs::path report_file(const std::string& flag, const std::string& format) {
  const fs::path start = testing::UnitTest::GetInstance()->original_working_dir();
  if (format.size() == flag.size()) return start / ("test_detail." + format);
  const std::string name = flag.substr(format.size() + 1);
  return name.ends_with('/') ? newest_in(start / name, format) : start / name;
}

std::string end_of(const fs::path& file, std::streamoff length) {
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  in.seekg(std::max<std::streamoff>(0, static_cast<std::streamoff>(in.tellg()) - length));
  return {std::istreambuf_iterator<char>(in), {}};
}

bool disk_is_full(const fs::path& file) {
  struct statvfs disk{};
  return ::statvfs(file.parent_path().c_str(), &disk) == 0 && disk.f_bavail == 0;
}

}  // namespace

std::optional<std::string> flaw_of_report() {
  if (testing::UnitTest::GetInstance()->listeners().default_xml_generator() == nullptr)
    return std::nullopt;
  const std::string flag = GTEST_FLAG_GET(output);
  const std::string format = flag.substr(0, flag.find(':'));
  const std::string end = format == "xml" ? "</testsuites>\n" : format == "json" ? "]\n}\n" : "";
  if (end.empty()) return std::nullopt;
  const fs::path file = report_file(flag, format);
  std::error_code none;
  if (fs::exists(file, none) && !fs::is_regular_file(file, none)) return std::nullopt;
  if (end_of(file, static_cast<std::streamoff>(end.size())) == end) return std::nullopt;
  return fmt::format("cannot write the whole report to '{}': {}", file.string(),
                     disk_is_full(file) ? "No space left on device (ENOSPC); make room, or name "
                                          "another place by --gtest_output"
                                        : "it ends too early; is it writable, and written by "
                                          "this run alone?");
}

}  // namespace cloister::googletest
