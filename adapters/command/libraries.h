// What is loaded with a program that is not linked with Cloister. Its file and its shared libraries
// must be visible in its cell.
#pragma once

#include <string>

#include "framework/facts/facts.h"

namespace cloister::command {

// Adds the program and its libraries to what a private /tmp must not hide. The loader lists them,
// as for ldd(1); nothing of the program runs.
void need_program(HostFacts& facts, const std::string& program);

}  // namespace cloister::command
