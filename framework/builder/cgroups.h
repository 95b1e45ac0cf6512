// The cgroup directories of one cell, made, read and removed by the builder from its encoded plan.
#pragma once

#include "framework/builder/protocol.h"
#include "framework/wire/bytes.h"

namespace cloister {

// Makes the directories and writes their settings. Advances `plan` past its cgroups.
bool make_cgroups(ByteReader& plan, InsideReply& failure);

// Fills `readings` from the directories' files; what cannot be read stays 0.
void read_cgroups(ByteReader plan, std::uint64_t (&readings)[kReadingCount]);

// Removes the directories; false while the kernel still sees something in one of them.
bool remove_cgroups(ByteReader plan);

// Sends SIGKILL to every process in the directories, for cells without a pid namespace of their
// own.
void kill_cgroups(ByteReader plan);

// mkdir -p's last step: an existing directory is fine.
bool make_directory(std::string_view path, InsideReply& failure);

}  // namespace cloister
