// The filter by which a guest's calls come to be seen: seccomp(2). It is installed in the guest,
// last of all, and its listener goes to the warden (auditor.h).
#pragma once

#include "framework/launch/audited_calls.h"

namespace cloister {

// From now on each call that an audit of so much has to see, of this process and of all that it
// will fork, waits until whoever has the listener lets it on. The listener is sent over `socket`, a
// Unix socket, whose number stays free of the audit. No heap, no locks. False, with errno set,
// where that cannot be had; wants no_new_privs.
bool be_audited_inside(AuditDepth seen, int socket);

}  // namespace cloister
