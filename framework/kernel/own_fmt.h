// Puts fmt under a name of Cloister's own in the objects that use it, so that it is invisible
// outside. A program that links with Cloister may use any version of fmt. The compiler's command
// line includes this before everything else (CMakeLists.txt); no file does.
#pragma once

#define FMT_BEGIN_NAMESPACE \
  namespace fmt {           \
  inline namespace cloister_own __attribute__((visibility("hidden"))) {
#define FMT_END_NAMESPACE \
  }                       \
  }
