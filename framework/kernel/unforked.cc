#include "framework/kernel/unforked.h"

// Present under LeakSanitizer only, which AddressSanitizer has in it.
extern "C" [[gnu::weak]] void __lsan_do_leak_check();

namespace cloister {

bool is_looked_for_leaks() { return __lsan_do_leak_check != nullptr; }

}  // namespace cloister
