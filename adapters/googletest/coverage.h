// Coverage counts in programs that are built for it (gcov, LLVM): counts what each guest runs
// exactly once. Called by the keeper and by guests; does nothing in other programs.
#pragma once

#include <string>
#include <vector>

namespace cloister::googletest {

// In the keeper, before the run: has the files of LLVM's counts merged, and says so if that changes
// their name.
void prepare_coverage();
// In the warden: files and directories to which every test adds its counts. Call it after
// prepare_coverage.
std::vector<std::string> coverage_files();
// In a forked guest: drops the counts from before the fork, which are the keeper's.
void forget_coverage();
// In a guest, at its end: _exit(2) runs none of the destructors that would write it.
void write_coverage();

}  // namespace cloister::googletest
