#include "framework/kernel/stat_field.h"

#include <sstream>

#include "framework/kernel/fd.h"

namespace cloister {

std::optional<std::string> stat_field(const std::string& pid, int number) {
  const std::string stat = read_file("/proc/" + pid + "/stat").value_or("");
  const std::size_t name_end = stat.rfind(')');  // the name may hold blanks and brackets
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(stat.substr(name_end + 2));
  std::string field;
  for (int i = 3; i <= number; ++i) fields >> field;
  return field;
}

}  // namespace cloister
