// What guests do to run into a cap, or to stay just below it. Each runs inside a cell.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include <cloister/report.h>

#include "framework/facts/facts.h"

namespace cloister {

inline constexpr std::size_t kMiB = std::size_t{1} << 20;

// Whether the lane that this runs in gives it.
bool lane_has(Facility facility);
// The refusal of what a host cannot enforce: which, why and a cure.
void expect_refused(const CellReport& report, Facility facility);

// Writes a byte to each page of so much fresh memory, and keeps it.
void hold_memory(std::size_t bytes);
// Of the guest's fork(2): how many children could be made, and the error that ended it.
std::string fork_up_to(int count);
// Uses so much processor time in this thread.
void use_cpu(std::chrono::milliseconds time);
// Writes so many bytes to a new file; errno's name, or "" for success.
std::string fill_file(const std::string& path, std::size_t bytes);
// The same to a file without a name, in /tmp.
std::string fill_unlinked(std::size_t bytes);
// Makes so many empty files below `directory`; errno's name, or "" for success.
std::string make_files(const std::string& directory, int count);

}  // namespace cloister
