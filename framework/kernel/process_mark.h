// Identifies a process, in memory that its forks do not keep. A pid is not enough: pid namespaces
// that a test makes start again at 1, and the host's pids differ.
#pragma once

namespace cloister {

enum class ProcessMark { kNone, kWarden, kGuest };

// Marks this process, but none that it forks. Uses no heap and no lock. The first call maps a page
// that all forks have: marking a fork costs it only a copy of that page.
void mark_process(ProcessMark mark);

// kNone in a fork of a marked process, and in a process that shares its memory under another pid
// (vfork(2)). Before Linux 4.14, a fork with the same pid is mistaken for it.
ProcessMark process_mark();

}  // namespace cloister
