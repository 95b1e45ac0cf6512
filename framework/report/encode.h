// A CellReport as bytes, for the way from the process that watches cells to the one that reports,
// which may be a command of another release than the program with the tests.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include <cloister/report.h>

namespace cloister {

// To be raised with every change of what encode() writes.
inline constexpr std::uint32_t kReportVersion = 1;

std::string encode(const CellReport& report);
// The error is a sentence: the bytes are not what encode() made, or what another release made.
std::expected<CellReport, std::string> decode_report(std::string_view bytes);

}  // namespace cloister
