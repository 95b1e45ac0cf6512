// A CellReport as JSON, for --report.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cloister/report.h>

namespace cloister::command {

// Times in microseconds, sizes in bytes. Output that is not UTF-8 has its bad bytes replaced when
// it is dumped with error_handler_t::replace.
nlohmann::ordered_json json_of(const Audit& audit);
nlohmann::ordered_json json_of(const CellReport& report);

}  // namespace cloister::command
