// Memory that a fork does not inherit, for data that is written between forks and useless to a
// child. Writing to any other page after a fork costs a copy of it. A child that touches this
// memory dies.
#pragma once

#include <stdlib.h>
#include <sys/mman.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace cloister {

// Whether LeakSanitizer is present. In a guest it would report everything as lost that only such
// memory points to, so ordinary memory is used then.
bool is_looked_for_leaks();

// Zeroed; nullptr if there is no memory.
inline void* map_unforked(std::size_t size) {
  if (is_looked_for_leaks()) return ::calloc(1, size);
  void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  ::madvise(memory, size, MADV_DONTFORK);
  return memory;
}

inline void unmap_unforked(void* memory, std::size_t size) {
  if (is_looked_for_leaks()) return ::free(memory);
  ::munmap(memory, size);
}

// One T.
template <typename T>
struct Unmap {
  void operator()(T* memory) const { unmap_unforked(memory, sizeof(T)); }
};
template <typename T>
using Unforked = std::unique_ptr<T, Unmap<T>>;

template <typename T>
Unforked<T> make_unforked() {
  static_assert(std::is_trivially_destructible_v<T>);
  void* memory = map_unforked(sizeof(T));
  return Unforked<T>(memory == nullptr ? nullptr : new (memory) T);
}

// The base of a class whose objects each live in such memory. `new` returns nullptr if there is
// none.
class InUnforkedMemory {
 public:
  static void* operator new(std::size_t size) noexcept { return map_unforked(size); }
  static void operator delete(void* memory, std::size_t size) { unmap_unforked(memory, size); }
};

// A pool of such memory for objects that come and go. It must outlive them, and must not move while
// there are any. Objects beyond its size are in ordinary memory.
template <typename T>
class UnforkedPool {
 public:
  // For `most` objects at once. Memory that was never used is never touched.
  explicit UnforkedPool(std::size_t most)
      : most_(most), slots_(static_cast<Slot*>(map_unforked(most * sizeof(Slot)))) {}
  UnforkedPool(const UnforkedPool&) = delete;
  UnforkedPool& operator=(const UnforkedPool&) = delete;
  ~UnforkedPool() {
    while (free_ != nullptr) {
      Free* place = std::exchange(free_, free_->next);
      if (!has(place)) ::operator delete(place);
    }
    if (slots_ != nullptr) unmap_unforked(slots_, most_ * sizeof(Slot));
  }

  struct GiveBack {
    UnforkedPool* pool = nullptr;
    void operator()(T* object) const {
      object->~T();
      pool->free_ = new (object) Free{pool->free_};
    }
  };
  using Pointer = std::unique_ptr<T, GiveBack>;

  template <typename... Arguments>
  Pointer make(Arguments&&... arguments) {
    return Pointer(new (take()) T(std::forward<Arguments>(arguments)...), {this});
  }

 private:
  struct Free {
    Free* next = nullptr;
  };
  union Slot {
    Free free;
    alignas(T) std::byte object[sizeof(T)];
  };

  bool has(const void* place) const {
    const auto* slot = static_cast<const Slot*>(place);
    return slots_ != nullptr && !std::less<>()(slot, slots_) && std::less<>()(slot, slots_ + most_);
  }

  void* take() {
    if (free_ != nullptr) return std::exchange(free_, free_->next);
    if (slots_ == nullptr || touched_ == most_) return ::operator new(sizeof(Slot));
    return &slots_[touched_++];
  }

  std::size_t most_;
  std::size_t touched_ = 0;
  Slot* slots_;
  Free* free_ = nullptr;
};

}  // namespace cloister
