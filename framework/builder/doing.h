// Failure sentences without a heap: what was being done, in a fixed buffer, and errno.
#pragma once

#include <errno.h>
#include <stdarg.h>

#include "framework/builder/fail_with.h"

namespace cloister {

// Fills `reply` from errno and the words; always false, so that a step can `return fail(...)`.
[[gnu::format(printf, 2, 3)]] inline bool fail(InsideReply& reply, const char* format, ...) {
  va_list words;
  va_start(words, format);
  fail_with(reply, errno, format, words);
  va_end(words);
  return false;
}

}  // namespace cloister
