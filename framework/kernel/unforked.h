// Memory that a fork does not inherit: for what is written between forks and of no use to a child.
// A write to any other page after a fork costs a copy of that page.
#pragma once

#include <sys/mman.h>

#include <memory>
#include <new>
#include <type_traits>

namespace cloister {

// One T, cleared; nullptr when there is no memory. A child that touches it dies.
template <typename T>
struct Unmap {
  void operator()(T* memory) const { ::munmap(memory, sizeof(T)); }
};
template <typename T>
using Unforked = std::unique_ptr<T, Unmap<T>>;

template <typename T>
Unforked<T> make_unforked() {
  static_assert(std::is_trivially_destructible_v<T>);
  void* memory =
      ::mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  ::madvise(memory, sizeof(T), MADV_DONTFORK);
  return Unforked<T>(new (memory) T);
}

}  // namespace cloister
