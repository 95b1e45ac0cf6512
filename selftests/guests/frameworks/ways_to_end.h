// The ends that the test binaries of each framework have in common.
#pragma once

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

inline void crash() { ::raise(SIGSEGV); }
inline void hang() {
  while (true) ::pause();
}
// More than any cap that the selftests give.
inline void eat() {
  constexpr std::size_t kPiece = std::size_t{16} << 20;
  for (int i = 0; i < 64; ++i) std::memset(std::malloc(kPiece), 1, kPiece);
}
inline void leave() { ::_exit(0); }
