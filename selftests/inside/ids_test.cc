// Which ids exist in a cell: every one for root, an ordinary user's own and no other
// (docs/decisions/0091). These tests run in cells.
#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cstdint>

#include "selftests/inside/where_given.h"

namespace {

using inside::has_every_id;
using inside::lane_gives;

// Noted before the run, outside of any cell.
const uid_t kOwnerOutside = [] {
  struct stat status{};
  return stat("/", &status) == 0 ? status.st_uid : 0;
}();

// In a cell that root's run makes inside a cell there is one id, as for an ordinary user. Without a
// user namespace there are those of the run.
bool has_the_runs_ids() { return has_every_id() || !lane_gives("user namespace"); }

constexpr std::uint32_t kOverflow = 65534;  // /proc/sys/kernel/overflowuid

// As `setfacl -m g:GROUP:rw`: acl(5), and the kernel's posix_acl_xattr.h.
int let_group_write(int file, std::uint32_t group) {
  struct Entry {
    std::uint16_t tag;
    std::uint16_t permissions;
    std::uint32_t id;
  };
  constexpr std::uint32_t kNobody = 0xFFFFFFFF;
  const struct {
    std::uint32_t version = 2;
    Entry owner{1, 6, kNobody};
    Entry own_group{4, 0, kNobody};
    Entry named{8, 6, 0};
    Entry mask{16, 6, kNobody};
    Entry others{32, 0, kNobody};
  } kTemplate;
  auto list = kTemplate;
  list.named.id = group;
  return fsetxattr(file, "system.posix_acl_access", &list, sizeof list, 0);
}

class Ids : public testing::Test {
 protected:
  void SetUp() override { ASSERT_GE(file_, 0) << strerror(errno); }
  void TearDown() override {
    close(file_);
    unlink(name_);
  }
  char name_[32] = "/tmp/ids.XXXXXX";
  int file_ = mkstemp(name_);
};

TEST_F(Ids, OfOthersAreThoseOfNobodyToAnOrdinaryUser) {
  struct stat status{};
  ASSERT_EQ(stat("/", &status), 0);
  const bool exists = has_the_runs_ids() || kOwnerOutside == getuid();
  EXPECT_EQ(status.st_uid, exists ? kOwnerOutside : kOverflow);
}

TEST_F(Ids, OfOthersCanBeInAccessListsOfRootAlone) {
  const int result = let_group_write(file_, 12);
  const int error = result == 0 ? 0 : errno;
  if (error == EOPNOTSUPP)
    return;  // a file system without lists, which is none of the cell's doing
  EXPECT_EQ(error, has_the_runs_ids() ? 0 : EINVAL) << strerror(error);
}

TEST_F(Ids, OfOtherGroupsCannotBeGivenToFilesByAnOrdinaryUser) {
  const int result = fchown(file_, static_cast<uid_t>(-1), 12);
  const int error = result == 0 ? 0 : errno;
  const int without_namespace = geteuid() == 0 ? 0 : EPERM;
  EXPECT_EQ(error, has_every_id()       ? 0
                   : has_the_runs_ids() ? without_namespace
                                        : EINVAL)
      << strerror(error);
}

TEST_F(Ids, OfItsOwnCanBeUsedByEverybody) {
  EXPECT_EQ(fchown(file_, getuid(), getgid()), 0) << strerror(errno);
  const int result = let_group_write(file_, getgid());
  EXPECT_TRUE(result == 0 || errno == EOPNOTSUPP) << strerror(errno);
}

}  // namespace
