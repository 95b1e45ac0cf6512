// A CellReport as bytes, for the way from the process that watches cells to the one that reports.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <cloister/report.h>

namespace cloister {

std::string encode(const CellReport& report);
// Nothing when the bytes are not what encode() made.
std::optional<CellReport> decode_report(std::string_view bytes);

}  // namespace cloister
