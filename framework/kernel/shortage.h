// Errors that speak of something that has run out, and may be there again: a limit of the run's, or
// of the host's.
#pragma once

#include <string>

namespace cloister {

// Whether the error may be over when somebody else gives back what was short.
bool is_shortage(int number);
// Whether it is the run itself that is short of it, and not a host that gives none to anybody.
bool is_shortage_of_the_run(int number);
// What to do about it, empty for another error. ENOSPC and EUSERS are those of namespaces:
// clone(2).
std::string shortage_cure(int number);

}  // namespace cloister
