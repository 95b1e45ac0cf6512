// Entries of a view's upper directory, as overlayfs wrote them: what they stand for, and whether
// they equal the host's.
#pragma once

#include <sys/stat.h>

#include "framework/files/new_entry.h"
#include "framework/kernel/fd.h"

namespace cloister {

// A file of the host was removed.
bool is_whiteout(const struct stat& status);
// Nothing of the host's version of this directory is visible any more.
bool is_opaque(const Fd& directory);

bool is_same_time(const timespec& a, const timespec& b);
// Mode and owner.
bool is_same_status(const struct stat& a, const struct stat& b);
// overlayfs copies a file up, with its times, when it is opened for writing. If it was then not
// written to, it is unchanged. The clock of files ticks every few milliseconds, so equal times
// prove nothing: all bytes and attributes are compared.
bool is_same_file(Entry upper, const struct stat& now, Entry host, const struct stat& old);

// Not open if there is none. Follows no link.
Fd open_directory(Entry entry);

}  // namespace cloister
