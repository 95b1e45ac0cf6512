#include "framework/facts/facts.h"

#include <algorithm>

namespace cloister {

void FileView::make(const std::string& path) {
  if (!is_empty || path.size() <= directory.size()) return;
  for (std::size_t at = directory.size(); at != std::string::npos;) {
    at = path.find('/', at + 1);
    std::string name = path.substr(directory.size() + 1, at - directory.size() - 1);
    if (std::ranges::find(made, name) == made.end()) made.push_back(std::move(name));
  }
}

void FileView::copy(const std::string& path) {
  make(path.substr(0, path.rfind('/')));
  copied.push_back(path.substr(directory.size() + 1));
}

bool CgroupBase::has(Controller controller) const {
  return std::ranges::find(controllers, controller) != controllers.end();
}

const CgroupBase* HostFacts::base_with(Controller controller) const {
  const auto found = std::ranges::find_if(
      cgroups, [controller](const CgroupBase& base) { return base.has(controller); });
  return found == cgroups.end() ? nullptr : &*found;
}

const Loss* HostFacts::loss_of(Facility facility) const {
  const auto found = std::ranges::find(losses, facility, &Loss::facility);
  return found == losses.end() ? nullptr : &*found;
}

}  // namespace cloister
