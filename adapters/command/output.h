// The end of a process that has written to stdout.
#pragma once

namespace cloister::command {

// The exit status when this program itself fails, as of env(1), timeout(1) and others.
inline constexpr int kOwnFailure = 125;

// Writes what is buffered. If stdout does not take all of it, says so and does not return success.
// A stdout that was closed at the start is /dev/null by now (kernel/standard_streams.h) and takes
// everything.
int with_output_written(int status);

}  // namespace cloister::command
