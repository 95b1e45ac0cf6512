// Which file a command means, and which variables it gets.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace cloister::service {

using Environment = std::map<std::string, std::string>;

// By PATH, of the service's own environment, if it is a name. Throws ServiceError if there is none.
std::string find_program(const std::string& program, const Environment& added);

// NAME=VALUE: the variables of this process, with those in addition or in place.
std::vector<std::string> whole_environment(const Environment& added);

}  // namespace cloister::service
