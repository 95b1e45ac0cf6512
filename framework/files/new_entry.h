// Makes and replaces directory entries on the host so that nobody ever sees half of one.
#pragma once

#include <sys/stat.h>

#include <map>
#include <string>
#include <vector>

namespace cloister {

// An entry of an open directory.
struct Entry {
  int directory = -1;
  const char* name = "";
};

// Leftovers of an interrupted change begin with this. The next change of the same entry removes
// them.
inline constexpr char kPutPrefix[] = ".cloister-put.";

// Each returns false with errno set.

// The directory entry `to` becomes a copy of the regular file `from`: bytes, holes, mode, owner,
// times, user attributes and access lists; the mode is that of a process with umask 0. At any
// moment it is the old file or the new one.
bool copy_file(Entry from, const struct stat& status, Entry to);
// The same without a copy; `from` is gone afterwards. Not for a file that overlayfs has put its own
// attributes on, and not across file systems.
bool move_file(Entry from, Entry to);
// `to` becomes another name of `from`, which is in the same file system.
bool link_entry(Entry from, Entry to);
// `to` becomes a link with the same target as `from`.
bool copy_link(Entry from, const struct stat& status, Entry to);
// `to` becomes a FIFO, a socket or a device like `status`.
bool make_node(const struct stat& status, Entry to);
// Succeeds if the entry does not exist. Leaves a directory that others have put something in.
bool remove_entry(Entry entry);
bool remove_directory(Entry entry);
std::vector<std::string> names_in(int directory);
// User attributes and access lists; the others belong to the host or to overlayfs.
using Attributes = std::map<std::string, std::string>;
Attributes attributes_of(int fd);
void take_over_attributes(int fd, int from);
// Gives it the owner and mode of `status`, as far as the user may give it away.
void take_over_status(int fd, const struct stat& status);

}  // namespace cloister
