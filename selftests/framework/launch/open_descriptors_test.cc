#include "framework/launch/open_descriptors.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "framework/kernel/fd.h"

namespace cloister {
namespace {

OpenDescriptor find(int number) {
  const auto all = list_descriptors();
  const auto found = std::ranges::find(all, number, &OpenDescriptor::number);
  return found == all.end() ? OpenDescriptor{} : *found;
}

TEST(OpenDescriptors, SayWhatEachIs) {
  const Fd file(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  const OpenDescriptor found = find(file.get());
  EXPECT_EQ(found.number, file.get());
  EXPECT_EQ(found.type, static_cast<mode_t>(S_IFREG));
  EXPECT_EQ(found.flags & O_ACCMODE, O_RDONLY);
  EXPECT_TRUE(found.close_on_exec);
  EXPECT_TRUE(found.link.ends_with("framework_test")) << found.link;
}

TEST(OpenDescriptors, OfThisProgramAreNotInherited) {
  auto pipe = make_pipe();
  ASSERT_TRUE(pipe);
  const Fd kept(dup(pipe->read_end.get()));
  EXPECT_EQ(find(kept.get()).number, kept.get());
  EXPECT_FALSE(find(kept.get()).close_on_exec);
  EXPECT_FALSE(find(kept.get()).inherited);
}

TEST(OpenDescriptors, AreNeitherStandardStreamsNorTheirOwn) {
  for (const OpenDescriptor& each : list_descriptors()) {
    EXPECT_GT(each.number, 2);
    EXPECT_GE(fcntl(each.number, F_GETFD), 0) << each.link;
  }
}

}  // namespace
}  // namespace cloister
