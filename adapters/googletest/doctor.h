// --cloister_doctor: what this host can give to a cell, and the cure for what it cannot.
#pragma once

namespace cloister::googletest {

// Prints the table. 0 when a default cell is whole here, else 1.
int run_doctor();

}  // namespace cloister::googletest
