// The pages that a run shares with its guests: here the test is both.
#include "framework/launch/cell_pages.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace cloister {
namespace {

constexpr char kSome[] = "some";

bool is_cleared(const CellPage& page) {
  const bool no_phases = std::ranges::all_of(page.phases, [](const CellPage::Phase& phase) {
    return phase.phase == 0 && phase.offsets[0] == 0 && phase.offsets[1] == 0;
  });
  return no_phases && page.drain_turn == 0 && page.drained[0] == 0 && page.drained[1] == 0 &&
         page.phase_count == 0 && page.spilled == 0 && page.handed_over == 0 &&
         std::ranges::count(page.costs, 0U) == std::ssize(page.costs) &&
         std::ranges::count(page.spill, '\0') == std::ssize(page.spill);
}

void fill(CellPage& page) {
  std::memset(page.spill, 'x', sizeof page.spill);
  std::ranges::fill(page.costs, 1U);
  for (CellPage::Phase& phase : page.phases) phase.phase = 1;
  page.phase_count = 1;
  page.spilled = kSpillSize;
  page.drain_turn = 1;
}

class Pages : public testing::Test {
 protected:
  void make(std::size_t count) {
    auto made = CellPages::make(count);
    ASSERT_TRUE(made);
    pages = std::move(*made);
  }
  // Makes one page, which somebody has shared, mapped and given back: that mapping of it.
  void make_one_that_was_shared(CellPage*& of_the_last) {
    make(1);
    CellPage* page = pages.take();
    ASSERT_NO_FATAL_FAILURE(map_again(page, of_the_last));
    pages.give_back(page);
  }
  void map_again(CellPage* page, CellPage*& mapping) {
    const auto descriptor = pages.share_by_descriptor(page);
    ASSERT_TRUE(descriptor);
    const auto mapped = map_page(*descriptor);
    ASSERT_TRUE(mapped);
    mapping = *mapped;
  }
  CellPages pages;
};

TEST_F(Pages, AreClearedWhenTheyAreNew) {
  make(1);
  EXPECT_TRUE(is_cleared(*pages.take()));
}

TEST_F(Pages, AreClearedWhenTheyAreTakenAgain) {
  make(1);
  CellPage* page = pages.take();
  fill(*page);
  pages.give_back(page);
  EXPECT_TRUE(is_cleared(*pages.take()));
}

TEST_F(Pages, AreEachTakenOnce) {
  make(2);
  EXPECT_NE(pages.take(), pages.take());
}

TEST_F(Pages, ThatAreAllTakenGiveNone) {
  make(1);
  pages.take();
  EXPECT_EQ(pages.take(), nullptr);
}

TEST_F(Pages, OfNoCellGiveNone) {
  make(0);
  EXPECT_EQ(pages.take(), nullptr);
}

TEST_F(Pages, ThatAreGivenBackAreTakenAgain) {
  make(2);
  CellPage* page = pages.take();
  pages.take();
  pages.give_back(page);
  EXPECT_EQ(pages.take(), page);
}

TEST_F(Pages, KeepWhatIsInThemWhileOthersAreTaken) {
  make(2);
  CellPage* first = pages.take();
  std::memcpy(first->spill, kSome, sizeof kSome);
  pages.give_back(pages.take());
  pages.take();
  EXPECT_STREQ(first->spill, kSome);
}

TEST_F(Pages, AreSharedWithTheForkThatMayInheritThem) {
  make(1);
  CellPage* page = pages.take();
  pages.let_inherit(page, true);
  const pid_t guest = ::fork();
  if (guest == 0) {
    std::memcpy(page->spill, kSome, sizeof kSome);
    ::_exit(0);
  }
  pages.let_inherit(page, false);
  int status = 0;
  ASSERT_EQ(::waitpid(guest, &status, 0), guest);
  EXPECT_EQ(status, 0);
  EXPECT_STREQ(page->spill, kSome);
}

TEST_F(Pages, AreSharedWithWhoMapsTheirDescriptor) {
  make(1);
  CellPage* page = pages.take();
  CellPage* mapped = nullptr;
  ASSERT_NO_FATAL_FAILURE(map_again(page, mapped));
  std::memcpy(mapped->spill, kSome, sizeof kSome);
  EXPECT_STREQ(page->spill, kSome);
  page->spilled = 5;
  EXPECT_EQ(mapped->spilled, 5U);
}

TEST_F(Pages, AreClearedWhenTheyAreSharedByADescriptor) {
  make(1);
  CellPage* page = pages.take();
  ASSERT_TRUE(pages.share_by_descriptor(page));
  EXPECT_TRUE(is_cleared(*page));
}

TEST_F(Pages, AreClearedWhenTheyAreTakenAfterThat) {
  make(1);
  CellPage* page = pages.take();
  ASSERT_TRUE(pages.share_by_descriptor(page));
  fill(*page);
  pages.give_back(page);
  EXPECT_TRUE(is_cleared(*pages.take()));
}

TEST_F(Pages, ThatAreSharedAnewAreNotThoseOfTheLastDescriptor) {
  CellPage* of_the_last = nullptr;
  ASSERT_NO_FATAL_FAILURE(make_one_that_was_shared(of_the_last));
  CellPage* page = pages.take();
  ASSERT_TRUE(pages.share_by_descriptor(page));
  std::memcpy(of_the_last->spill, kSome, sizeof kSome);
  EXPECT_TRUE(is_cleared(*page));
}

TEST_F(Pages, ThatAreTakenAnewAreOutOfReachOfTheLastDescriptor) {
  CellPage* of_the_last = nullptr;
  ASSERT_NO_FATAL_FAILURE(make_one_that_was_shared(of_the_last));
  CellPage* page = pages.take();
  std::memcpy(of_the_last->spill, kSome, sizeof kSome);
  EXPECT_TRUE(is_cleared(*page));
}

TEST_F(Pages, CannotBeCutShortUnderTheWarden) {
  make(1);
  const auto descriptor = pages.share_by_descriptor(pages.take());
  ASSERT_TRUE(descriptor);
  EXPECT_EQ(::ftruncate(descriptor->get(), 0), -1);
  EXPECT_EQ(errno, EPERM);
}

TEST_F(Pages, HaveADescriptorThatClosesOnExec) {
  make(1);
  const auto descriptor = pages.share_by_descriptor(pages.take());
  ASSERT_TRUE(descriptor);
  EXPECT_EQ(::fcntl(descriptor->get(), F_GETFD), FD_CLOEXEC);
}

TEST_F(Pages, AreNotToBeMappedByWhatIsNoDescriptorOfOne) {
  const auto mapped = map_page(Fd());
  ASSERT_FALSE(mapped);
  EXPECT_EQ(mapped.error().text(),
            "cannot map the page shared with the warden: Bad file descriptor (EBADF)");
}

}  // namespace
}  // namespace cloister
