// In a guest that is to become the template of its suite (Scope::kSnapshot, kServices): once the
// suite is set up, each of its tests is a fork of this process. docs/decisions/0108.
#pragma once

#include "adapters/googletest/guest_listener.h"
#include "adapters/googletest/registry.h"
#include "framework/plan/plan.h"

namespace cloister::googletest {

// The set-up of the guest's suite makes it a template; if it fails or skips, the guest goes on with
// its tests itself. Both must outlive the process.
void become_template_after_set_up(GuestListener& guest, const Registry& registry,
                                  const testing::TestSuite& suite, TemplateKind kind);

}  // namespace cloister::googletest
