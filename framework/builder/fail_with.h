// What the two kinds of fail() share: the builder's (doing.h), and an init's, which has its own
// errno (calls_inside.h).
#pragma once

#include <stdarg.h>
#include <stdio.h>

#include "framework/protocol/protocol.h"

namespace cloister {

[[gnu::format(printf, 3, 0)]] inline void fail_with(InsideReply& reply, int error,
                                                    const char* format, va_list words) {
  reply.error = error;
  vsnprintf(reply.doing, sizeof reply.doing, format, words);
}

}  // namespace cloister
