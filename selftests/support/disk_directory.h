// A directory for one test that is in no tmpfs, and so in a view of files: removed at its end.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

namespace cloister::selftests {

class DiskDirectory {
 public:
  // `pattern` is a name that ends in XXXXXX. In lanes whose disk is read-only it is in /tmp.
  explicit DiskDirectory(const std::string& pattern, const std::string& parent = "/var/tmp") {
    std::string name = parent + "/" + pattern;
    if (::mkdtemp(name.data()) == nullptr) {
      name = "/tmp/" + pattern;
      if (::mkdtemp(name.data()) == nullptr) abort();
    }
    path_ = name;
  }
  ~DiskDirectory() { std::filesystem::remove_all(path_); }
  DiskDirectory(const DiskDirectory&) = delete;
  DiskDirectory& operator=(const DiskDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace cloister::selftests
