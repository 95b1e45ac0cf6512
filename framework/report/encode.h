// A CellReport as bytes. They go from the process that watches cells to the one that reports, which
// may be a command of another release than the program with the tests.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include <cloister/report.h>

namespace cloister {

// Raise it with every change of what encode() writes.
inline constexpr std::uint32_t kReportVersion = 4;

std::string encode(const CellReport& report);
// The error is a sentence: the bytes are not from encode(), or are from another release.
std::expected<CellReport, std::string> decode_report(std::string_view bytes);

}  // namespace cloister
