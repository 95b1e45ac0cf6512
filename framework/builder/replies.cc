#include "framework/builder/replies.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "framework/protocol/message.h"

namespace cloister {
namespace {

struct KeptReply {
  KeptReply* next;
  Attachments along;
  std::size_t size;  // of the words behind this
  void* words() { return this + 1; }
};
KeptReply* first = nullptr;
KeptReply* last = nullptr;
KeptFor why = KeptFor::kNothing;
constexpr int kTries = 100;  // in a row, for want of memory
int tries_left = kTries;

enum class Sent : std::uint8_t { kYes, kLater, kNever };

// Sets `why` where it is for later.
Sent try_to_send(int socket, const void* words, std::size_t size, Attachments along) {
  iovec data{const_cast<void*>(words), size};
  Message message(&data, 1);
  message.attach(along.first);
  message.attach(along.second);
  while (sendmsg(socket, message.head(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
    if (errno == EINTR) continue;
    why = errno == EAGAIN ? KeptFor::kWantOfRoom : KeptFor::kWantOfMemory;
    // ETOOMANYREFS: descriptors that are under way count as the sender's, unix(7).
    if (errno == EAGAIN || errno == ETOOMANYREFS) return Sent::kLater;
    return (errno == ENOBUFS || errno == ENOMEM) && --tries_left > 0 ? Sent::kLater : Sent::kNever;
  }
  tries_left = kTries;
  return Sent::kYes;
}

int duplicate(int descriptor) {
  return descriptor < 0 ? -1 : fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
}

bool keep(const BuilderReply& words, std::size_t size, Attachments along) {
  auto* kept = static_cast<KeptReply*>(malloc(sizeof(KeptReply) + size));
  if (kept == nullptr) return false;
  *kept = {nullptr, {duplicate(along.first), duplicate(along.second)}, size};
  memcpy(kept->words(), &words, size);
  (last == nullptr ? first : last->next) = kept;
  last = kept;
  return (kept->along.first < 0) == (along.first < 0) &&
         (kept->along.second < 0) == (along.second < 0);
}

void drop_first() {
  KeptReply* gone = first;
  first = gone->next;
  if (first == nullptr) last = nullptr;
  if (gone->along.first >= 0) close(gone->along.first);
  if (gone->along.second >= 0) close(gone->along.second);
  free(gone);
}

}  // namespace

KeptFor kept_for() { return first == nullptr ? KeptFor::kNothing : why; }

void send_or_keep(int socket, const BuilderReply& words, Attachments along) {
  const std::size_t size = sizeof words - words.left.unused();
  const Sent sent = first == nullptr ? try_to_send(socket, &words, size, along) : Sent::kLater;
  if (sent == Sent::kYes || (sent == Sent::kLater && keep(words, size, along))) return;
  shutdown(socket, SHUT_RDWR);
}

void send_kept(int socket) {
  while (first != nullptr) {
    const Sent sent = try_to_send(socket, first->words(), first->size, first->along);
    if (sent == Sent::kLater) return;
    if (sent == Sent::kNever) shutdown(socket, SHUT_RDWR);
    drop_first();
  }
}

}  // namespace cloister
