#include "framework/launch/cell_pages.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <new>

#include "framework/kernel/shortage.h"

namespace cloister {
namespace {

constexpr std::size_t kStride = std::size_t{128} * 1024;  // a multiple of every page size Linux has
static_assert(sizeof(CellPage) <= kStride);

}  // namespace

void CellPages::Unmap::operator()(CellPage* page) const { ::munmap(page, kStride); }

Result<CellPages> CellPages::make(std::size_t count) {
  CellPages made;
  while (made.pages_.size() < count) {
    void* memory =
        ::mmap(nullptr, kStride, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
      return failed("map the pages shared with guests", shortage_cure(ENOMEM));
    ::madvise(memory, kStride, MADV_DONTFORK);
    made.pages_.emplace_back(static_cast<CellPage*>(memory));
    made.free_.push_back(made.pages_.back().get());
  }
  return made;
}

CellPage* CellPages::take() {
  if (free_.empty()) return nullptr;
  CellPage* page = free_.back();
  free_.pop_back();
  // Gives the memory of the last user back to the kernel, and zeros to the next: MADV_REMOVE,
  // madvise(2).
  ::madvise(page, kStride, MADV_REMOVE);
  return new (page) CellPage;
}

Result<Fd> CellPages::share_by_descriptor(CellPage* page) {
  // Sealed: a file cut short under the warden's mapping would kill the warden.
  Fd memory(::memfd_create("cloister-page", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!memory.open() || ::ftruncate(memory.get(), kStride) != 0 ||
      ::fcntl(memory.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0 ||
      ::mmap(page, kStride, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, memory.get(), 0) ==
          MAP_FAILED) {
    return failed("share a page with a guest by a descriptor");
  }
  shared_.push_back(page);
  ::madvise(page, kStride, MADV_DONTFORK);
  new (page) CellPage;
  return memory;
}

Result<CellPage*> map_page(const Fd& descriptor) {
  void* page = ::mmap(nullptr, kStride, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor.get(), 0);
  if (page == MAP_FAILED) return failed("map the page shared with the warden");
  return static_cast<CellPage*>(page);
}

void unmap_page(CellPage* page) { ::munmap(page, kStride); }

void CellPages::give_back(CellPage* page) {
  if (std::erase(shared_, page) > 0) {
    // Whoever still has the descriptor must not reach the next user.
    if (::mmap(page, kStride, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1,
               0) == MAP_FAILED)
      return;
    ::madvise(page, kStride, MADV_DONTFORK);
  }
  free_.push_back(page);
}

void CellPages::let_inherit(CellPage* page, bool inherit) {
  ::madvise(page, kStride, inherit ? MADV_DOFORK : MADV_DONTFORK);
}

}  // namespace cloister
