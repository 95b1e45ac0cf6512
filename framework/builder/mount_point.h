// Where something is to be mounted. Below a new root ("./...") the path, including its links, is
// followed as the cell will see it. Missing directories are made if that changes nothing of the
// host's, that is, in a tmpfs of the cell. Used by init's steps.
#pragma once

#include <string_view>

#include "framework/syscalls/path.h"

namespace cloister::inside {

class MountPoint {
 public:
  MountPoint(std::string_view target, bool directory);
  MountPoint(const MountPoint&) = delete;
  MountPoint& operator=(const MountPoint&) = delete;
  ~MountPoint();

  // errno says why not.
  bool there() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  // For calls that take a path.
  const char* c_str() const { return path_.c_str(); }
  // Call it when what is mounted there now is a tmpfs of the cell.
  void may_be_filled() const;

 private:
  std::string_view target_;
  int fd_ = -1;
  Path path_;
};

// The target as the cell sees it.
inline std::string_view shown(std::string_view target) {
  if (target.starts_with("./")) target.remove_prefix(1);
  return target;
}

}  // namespace cloister::inside
