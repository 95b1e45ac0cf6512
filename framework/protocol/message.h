// A message with descriptors: unix(7), SCM_RIGHTS.
#pragma once

#include <string.h>
#include <sys/socket.h>

#include <cstddef>

namespace cloister {

class Message {
 public:
  // What a fork of a template takes (template_message.h) where each controller has a hierarchy.
  static constexpr std::size_t kMost = 24;

  Message(iovec* parts, std::size_t count) {
    head_.msg_iov = parts;
    head_.msg_iovlen = count;
  }
  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;

  // To be sent along, after those attached before; nothing if it is -1 or beyond the room.
  void attach(int descriptor) {
    if (descriptor < 0 || attached_ == kMost) return;
    make_room();
    cmsghdr* rights = CMSG_FIRSTHDR(&head_);
    memcpy(CMSG_DATA(rights) + attached_++ * sizeof descriptor, &descriptor, sizeof descriptor);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(attached_ * sizeof descriptor);
    head_.msg_controllen = CMSG_SPACE(attached_ * sizeof descriptor);
  }
  // Call it before receiving one.
  void make_room() {
    head_.msg_control = control_;
    head_.msg_controllen = sizeof control_;
  }
  // A descriptor that came along, by its place; -1 if there is none.
  int descriptor(std::size_t place = 0) const {
    const cmsghdr* rights = CMSG_FIRSTHDR(&head_);
    if (rights == nullptr || rights->cmsg_type != SCM_RIGHTS ||
        rights->cmsg_len < CMSG_LEN((place + 1) * sizeof(int)))
      return -1;
    int descriptor = -1;
    memcpy(&descriptor, CMSG_DATA(rights) + place * sizeof descriptor, sizeof descriptor);
    return descriptor;
  }
  msghdr* head() { return &head_; }

 private:
  std::size_t attached_ = 0;
  msghdr head_{};
  alignas(cmsghdr) char control_[CMSG_SPACE(kMost * sizeof(int))] = {};
};

}  // namespace cloister
