// The pages that a run shares with its guests (protocol/cell_page.h). They are made once and reused
// by one cell after another.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "framework/kernel/error.h"
#include "framework/kernel/fd.h"
#include "framework/protocol/cell_page.h"

namespace cloister {

// A pool of pages that a fork does not inherit, except for the page that its guest gets.
class CellPages {
 public:
  static Result<CellPages> make(std::size_t count);

  // A cleared page, or nullptr if all are in use.
  CellPage* take();
  void give_back(CellPage* page);
  // For a guest that will exec: a descriptor of memory that replaces this page until it is taken
  // again. `page` must be unchanged since take().
  Result<Fd> share_by_descriptor(CellPage* page);
  // Call it before and after the fork of the page's guest.
  void let_inherit(CellPage* page, bool inherit);

 private:
  struct Unmap {
    void operator()(CellPage* page) const;
  };
  // Each is a mapping of its own, so that no fork has to split a larger one.
  std::vector<std::unique_ptr<CellPage, Unmap>> pages_;
  std::vector<CellPage*> free_;
  std::vector<CellPage*> shared_;  // by a descriptor, since they were taken
};

// The page behind such a descriptor, in the guest that it was given to.
Result<CellPage*> map_page(const Fd& descriptor);
void unmap_page(CellPage* page);

}  // namespace cloister
