// The cgroup directories of one cell. The builder makes, reads and removes them from its encoded
// plan. The plan has the start of their names; the number of the cell is the end.
#pragma once

#include "framework/protocol/protocol.h"
#include "framework/wire/bytes.h"

namespace cloister {

// Makes the directories and writes their settings. Advances `plan` past its cgroups.
bool make_cgroups(ByteReader& plan, std::uint32_t cell, InsideReply& failure);

// Fills in the early or the other `readings` from the directories' files. What cannot be read is 0.
void read_cgroups(ByteReader plan, std::uint32_t cell, bool early,
                  std::uint64_t (&readings)[kReadingCount]);

// Removes the directories. False while the kernel still sees something in one of them.
bool remove_cgroups(ByteReader plan, std::uint32_t cell);

// Sends SIGKILL to every process in the directories, for cells without a pid namespace of their
// own.
void kill_cgroups(ByteReader plan, std::uint32_t cell);

// The directories of a whole run, and the changes to their groups: the payload of kOwnCgroups.
bool make_run_cgroups(ByteReader bases, InsideReply& failure);
void undo_run_cgroups(ByteReader bases);

}  // namespace cloister
