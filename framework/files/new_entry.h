// Entries of directories on the host, made and replaced so that nobody ever sees half of one.
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

// What is left of a change that was killed begins with this; the next one of the same entry removes
// it.
inline constexpr char kPutPrefix[] = ".cloister-put.";

// Each is false with errno set.

// The directory entry `to` becomes a copy of the regular file `from`: bytes, holes, mode, owner,
// times, user attributes and access lists; the mode is that of a process with umask 0. At any
// moment it is the old one or the new one.
bool copy_file(Entry from, const struct stat& status, Entry to);
// The same without a copy: `from` is gone then. Not for a file that overlayfs has put notes of its
// own on, and not into another file system.
bool move_file(Entry from, Entry to);
// `to` becomes another name of `from`, which is in the same file system.
bool link_entry(Entry from, Entry to);
// `to` becomes a link to what `from` is a link to.
bool copy_link(Entry from, const struct stat& status, Entry to);
// `to` becomes a FIFO, a socket or a device like `status`.
bool make_node(const struct stat& status, Entry to);
// What is not there is removed, and a directory that others have put something in stays.
bool remove_entry(Entry entry);
bool remove_directory(Entry entry);
std::vector<std::string> names_in(int directory);
// Those of the user and access lists; the others are the host's or overlayfs's own.
using Attributes = std::map<std::string, std::string>;
Attributes attributes_of(int fd);
void take_over_attributes(int fd, int from);
// Its owner and mode become those of `status`, as far as the user may give it away.
void take_over_status(int fd, const struct stat& status);

}  // namespace cloister
