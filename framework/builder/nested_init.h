// The init of a cell in that of a template: its namespaces belong to the template's user namespace,
// and its pid namespace lies below the template's, so that a fork of the template can enter it.
#pragma once

#include <sys/types.h>

#include "framework/builder/inside.h"
#include "framework/protocol/protocol.h"

namespace cloister {

// Like clone(2) of live_as_init() with these flags, but within the cell whose init `outer` denotes,
// in those of its namespaces that the flags make no new ones of. The new init is this process's
// child. Returns its pid, or -1, and then `failure` may say why.
pid_t clone_nested_init(int outer, std::uint64_t outer_namespaces, inside::Inside* own, int flags,
                        int& pidfd, InsideReply& failure);

}  // namespace cloister
