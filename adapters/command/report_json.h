// A CellReport as JSON, for --report.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cloister/report.h>

namespace cloister::command {

// Times in microseconds, sizes in bytes. If you dump with error_handler_t::replace, bytes of output
// that are not UTF-8 are replaced.
nlohmann::ordered_json json_of(const Audit& audit);
nlohmann::ordered_json json_of(const CellReport& report);

}  // namespace cloister::command
