// The pages that a run shares with its guests (protocol/cell_page.h): made once, handed out to one
// cell after the other.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "framework/kernel/error.h"
#include "framework/kernel/fd.h"
#include "framework/protocol/cell_page.h"

namespace cloister {

// A pool of pages that a fork does not inherit, but for the one that is being given to its guest.
class CellPages {
 public:
  static Result<CellPages> make(std::size_t count);

  // A cleared page, or nullptr when all are taken.
  CellPage* take();
  void give_back(CellPage* page);
  // For a guest that will exec: a descriptor of memory that takes this page's place until it is
  // taken anew. `page` must be as take() gave it.
  Result<Fd> share_by_descriptor(CellPage* page);
  // Around the fork of the page's guest.
  void let_inherit(CellPage* page, bool inherit);

 private:
  struct Unmap {
    void operator()(CellPage* page) const;
  };
  // Each is a mapping of its own, which no fork of its guest need cut out of a larger one.
  std::vector<std::unique_ptr<CellPage, Unmap>> pages_;
  std::vector<CellPage*> free_;
};

// The page behind such a descriptor, in the program that was executed. Never unmapped.
Result<CellPage*> map_page(const Fd& descriptor);

}  // namespace cloister
