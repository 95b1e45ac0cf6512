// What the warden and a template say to each other, over a SOCK_SEQPACKET pair. A template is a
// guest that stands still once the set-up of its suite is done, and forks a guest for each test.
#pragma once

#include <sys/resource.h>

#include <cstdint>

namespace cloister {

// To a template.
enum class TemplateOrder : std::uint32_t {
  kFork,      // with the fork's descriptors, in the order of ForkOrder's fields
  kTearDown,  // there are no more tests
};
struct ForkOrder {
  TemplateOrder order{};
  std::uint32_t cell = 0;
  std::uint32_t task = 0;
  // How many descriptors of each come along, after its page and the pipe of its events. The first
  // namespace is that of pids.
  std::uint32_t outputs = 0;
  std::uint32_t namespaces = 0;
  std::uint32_t cgroups = 0;
};

// From a template. Its forks share the socket.
enum class TemplateNews : std::uint32_t {
  kStands,       // it stands still; `number` is its TemplateKind, `words` why, if it had the choice
  kGoesOn,       // it had the choice, and goes on with its tests itself; `words` say why
  kCannotStand,  // `words` say what cannot be forked; it still waits for kTearDown
  kBorn,         // sent by the fork itself
  kNotBorn,      // `words` and `number` (errno) say what failed
  kEnded,        // a fork has ended: `number` is its status of wait(2)
};
inline constexpr std::size_t kTemplateWords = 2048;
struct TemplateWord {
  TemplateNews news{};
  std::uint32_t cell = 0;  // of the fork
  std::int32_t number = 0;
  rusage used{};
  char words[kTemplateWords] = {};  // with a zero at the end
};

}  // namespace cloister
