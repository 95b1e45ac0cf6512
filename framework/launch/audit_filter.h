// The filter that makes a guest's calls visible: seccomp(2). It is installed in the guest, as the
// last step, and its listener goes to the warden (auditor.h).
#pragma once

#include "framework/launch/audited_calls.h"

namespace cloister {

// From now on each call that an audit of depth `seen` has to see, by this process and all its
// future forks, waits until the owner of the listener lets it continue. Sends the listener over
// `socket`, a Unix socket; calls on that descriptor are not audited. No heap, no locks. False, with
// errno set, if that is impossible; requires no_new_privs.
bool be_audited_inside(AuditDepth seen, int socket);

}  // namespace cloister
