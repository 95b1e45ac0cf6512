// Errors that mean that something has run out and may come back: a limit of the run's, or of the
// host's.
#pragma once

#include <string>

namespace cloister {

// Whether the error may go away when somebody else gives back what was short.
bool is_shortage(int number);
// Whether the run itself lacks it, and not a host that gives none to anybody.
bool is_shortage_of_the_run(int number);
// What to do about it; empty for another error. ENOSPC and EUSERS are those of namespaces:
// clone(2).
std::string shortage_cure(int number);

}  // namespace cloister
