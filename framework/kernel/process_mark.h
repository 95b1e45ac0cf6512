// What a process is, in memory that its forks do not keep. A number of a process is not enough: pid
// namespaces that a test makes count from the beginning again, and its host's are other ones.
#pragma once

namespace cloister {

enum class ProcessMark { kNone, kWarden, kGuest };

// Marks this process, and none that it forks. Takes no heap and no lock. The first call maps a
// page, which all forks have: they mark themselves for nothing but its copy.
void mark_process(ProcessMark mark);

// kNone in a fork of a process that was marked, and in what shares its memory under another number
// (vfork(2)). Before Linux 4.14 a fork of the same number passes for it.
ProcessMark process_mark();

}  // namespace cloister
