// The system calls by which a process names a file or an address, and which arguments hold them:
// syscalls(2). An audit sees exactly the calls in this list.
#pragma once

#include <cstdint>
#include <span>

#include <cloister/report.h>

#include "framework/plan/plan.h"

namespace cloister {

// What an audited call names.
enum class Names : std::uint8_t {
  kPath,        // one path, or two
  kSwap,        // two paths, with flags as of renameat2(2)
  kLink,        // a path, and the text that the link contains
  kDescriptor,  // an open file
  kOpened,      // a path, opened with flags as of open(2)
  kHow,         // a path, opened with an open_how: openat2(2)
  kAddress,     // a sockaddr and its length
  kMessage,     // a msghdr with an address
  kMessages,    // an array of mmsghdr
  kRing,        // nothing: io_uring(7) requests are not system calls
};

// A path among the arguments of a call. -1 is none; for `directory` it is the working directory.
struct PathAt {
  int directory = -1;
  int path = -1;
  std::uint8_t use = 0;  // PathUse
};

struct AuditedCall {
  std::uint32_t number = 0;
  Names names{};
  PathAt first{};
  PathAt second{};
  int at = -1;  // the argument with the flags, the text, the open_how, the address or the message
};

std::span<const AuditedCall> audited_calls();

// Whether an audit of this depth has to see the call at all.
bool is_seen(const AuditedCall& call, AuditDepth seen);

}  // namespace cloister
