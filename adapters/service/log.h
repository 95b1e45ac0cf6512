// The log of a service: a file, so that a service that prints much never waits for a reader.
#pragma once

#include <cstddef>
#include <string>

#include "framework/connect/descriptor.h"

namespace cloister::service {

struct LogFile {
  std::string path;
  Descriptor file;
};

// In the temporary directory, named after the service. Throws ServiceError.
LogFile make_log(const std::string& name);
// That file, emptied.
LogFile open_log(const std::string& path);

// What the file holds; of more than `most` bytes, the end.
std::string read_end(const std::string& path, std::size_t most);

// The end of the log for a message: a heading and the last lines, each after "  | ". Of few lines,
// all; of many, at most 40 and 8 KiB.
std::string quote_log(const std::string& path);

}  // namespace cloister::service
