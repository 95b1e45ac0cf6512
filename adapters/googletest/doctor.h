// --cloister_doctor: what this host can give to a cell, and the cure for what it cannot.
#pragma once

namespace cloister::googletest {

// Prints the table. Returns 0 if a default cell lacks nothing here, else 1.
int run_doctor();

}  // namespace cloister::googletest
