// fmt under a name of Cloister's own, in the objects that use it: what links with Cloister may have
// an fmt of any version, and none of it is seen outside. Included before all else by the compiler's
// command line (CMakeLists.txt); by no file.
#pragma once

#define FMT_BEGIN_NAMESPACE \
  namespace fmt {           \
  inline namespace cloister_own __attribute__((visibility("hidden"))) {
#define FMT_END_NAMESPACE \
  }                       \
  }
