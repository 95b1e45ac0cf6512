// Whether this is built with a sanitizer, whose run-time library needs memory, processes and time
// of its own.
#pragma once

namespace cloister::selftests {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
constexpr bool kSanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool kSanitized = false;
#endif

}  // namespace cloister::selftests
