#include "framework/kernel/shortage.h"

#include <errno.h>
#include <gtest/gtest.h>

#include <cstring>

namespace cloister {
namespace {

TEST(Shortage, IsOfWhatOthersGiveBack) {
  for (const int number : {EAGAIN, EMFILE, ENFILE, ENOMEM, ENOSPC, EUSERS}) {
    EXPECT_TRUE(is_shortage(number)) << strerror(number);
    EXPECT_NE(shortage_cure(number), "");
  }
  for (const int number : {0, EPERM, ENOENT, EINVAL, EACCES})
    EXPECT_TRUE(!is_shortage(number) && shortage_cure(number).empty()) << strerror(number);
}

TEST(Shortage, OfNamespacesIsTheHosts) {
  EXPECT_FALSE(is_shortage_of_the_run(ENOSPC));
  EXPECT_TRUE(is_shortage_of_the_run(EAGAIN));
}

}  // namespace
}  // namespace cloister
