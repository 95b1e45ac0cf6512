// Entries of a view's upper directory, as overlayfs wrote them: what they stand for, and whether
// they are what the host has.
#pragma once

#include <sys/stat.h>

#include "framework/files/new_entry.h"
#include "framework/kernel/fd.h"

namespace cloister {

// Something that the host has is gone.
bool is_whiteout(const struct stat& status);
// Nothing of what the host has in this directory is to be seen any more.
bool is_opaque(const Fd& directory);

bool is_same_time(const timespec& a, const timespec& b);
// Mode and owner.
bool is_same_status(const struct stat& a, const struct stat& b);
// A file that was opened for writing is copied up with its times: one that was then not written to
// is what it was. The clock of files ticks every few milliseconds, so that the same time alone says
// nothing, and all bytes and attributes are compared.
bool is_same_file(Entry upper, const struct stat& now, Entry host, const struct stat& old);

// Not open where there is none; no link is followed.
Fd open_directory(Entry entry);

}  // namespace cloister
