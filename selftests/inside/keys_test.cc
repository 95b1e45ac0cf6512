// Kernel keyrings, which no namespace divides: docs/SECURITY.md, "Not contained".
#include <errno.h>
#include <gtest/gtest.h>
#include <linux/keyctl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "selftests/inside/where_given.h"

namespace {

using inside::error_of;

// Before the run, outside of any cell, in a session keyring that ends with this process: keyctl(2).
const int kNoKeyring = [] {
  const long ring = syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr);
  if (ring < 0) return errno;
  return error_of(
      syscall(SYS_add_key, "user", "cloister_selftest", "key", 3, KEY_SPEC_SESSION_KEYRING));
}();

TEST(NotContained, KeysOfTheSessionAreSeenByEverybody) {
  // Container engines refuse the calls, and kernels may be without them.
  const bool refused = kNoKeyring == ENOSYS || kNoKeyring == EPERM;
  EXPECT_TRUE(kNoKeyring == 0 || refused) << strerrorname_np(kNoKeyring);
  EXPECT_EQ(error_of(syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user",
                             "cloister_selftest", 0)),
            kNoKeyring);
}

}  // namespace
