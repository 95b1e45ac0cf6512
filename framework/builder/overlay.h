// Overlay mounts, for the steps that show something copy-on-write.
#pragma once

#include <sys/stat.h>

namespace cloister::inside {

// Shows the directory `lower` at `target`, and what is written there goes to the directory `upper`
// of the directory `at`, which also has an empty directory `work` for the kernel. The names of both
// are one component each. errno says why not.
bool mount_overlay(int lower, int at, const char* upper, const char* work, unsigned long flags,
                   const char* target);

// Gives the entry the owner, the mode and the times of `like`. Who is nobody inside stays so.
void dress(int directory, const char* name, const struct stat& like);

}  // namespace cloister::inside
