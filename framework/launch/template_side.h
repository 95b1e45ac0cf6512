// A guest that becomes a template: once the set-up of its suite is done it stands still, and each
// test is a fork of it, in a cell of its own. docs/decisions/0108 says why it works like this.
#pragma once

#include <linux/capability.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "framework/events/guest_side.h"
#include "framework/launch/guest.h"
#include "framework/plan/plan.h"

namespace cloister {

// While this lives, a template uses the rights that it keeps for its forks (enter_inside.cc). They
// take it into their cells, and let it look at processes that have them, too: ptrace(2).
class TemplateRights {
 public:
  TemplateRights();
  TemplateRights(const TemplateRights&) = delete;
  TemplateRights& operator=(const TemplateRights&) = delete;
  ~TemplateRights();

 private:
  __user_cap_header_struct head_{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct before_[2] = {};
};

// In a fork: its task, and its side of its own pipes.
struct ForkedGuest {
  std::uint32_t task = 0;
  GuestSide side;
};

// Stands still until the warden has no more tests for it; then it returns nothing. In every fork it
// returns that fork's. `own` is the template's side; `files` are those that forks open again.
// `why` says why they are of that kind, if there was a choice.
std::optional<ForkedGuest> stand_still(const GuestSide& own, TemplateKind kind,
                                       std::string_view why,
                                       const std::vector<ReopenedFile>& files);

// Tells the warden why this guest goes on with its tests itself, and starts the services that those
// need.
void go_on_without_forks(GuestSide& own, std::string_view why);

// Tells the warden, in words, why this guest cannot be a template, and waits until it is to go on.
void refuse_to_stand(const GuestSide& own, std::string_view why);

}  // namespace cloister
