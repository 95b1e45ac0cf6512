// A message between a run and its builder, with at most one descriptor: unix(7), SCM_RIGHTS.
#pragma once

#include <string.h>
#include <sys/socket.h>

#include <cstddef>

namespace cloister {

class Message {
 public:
  Message(iovec* parts, std::size_t count) {
    head_.msg_iov = parts;
    head_.msg_iovlen = count;
  }
  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;

  // To be sent along; nothing when it is -1.
  void attach(int descriptor) {
    if (descriptor < 0) return;
    make_room();
    cmsghdr* rights = CMSG_FIRSTHDR(&head_);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof descriptor);
    memcpy(CMSG_DATA(rights), &descriptor, sizeof descriptor);
  }
  // Before one is received.
  void make_room() {
    head_.msg_control = control_;
    head_.msg_controllen = sizeof control_;
  }
  // That came along; -1 when there is none.
  int descriptor() const {
    const cmsghdr* rights = CMSG_FIRSTHDR(&head_);
    if (rights == nullptr || rights->cmsg_type != SCM_RIGHTS) return -1;
    int descriptor = -1;
    memcpy(&descriptor, CMSG_DATA(rights), sizeof descriptor);
    return descriptor;
  }
  msghdr* head() { return &head_; }

 private:
  msghdr head_{};
  alignas(cmsghdr) char control_[CMSG_SPACE(sizeof(int))] = {};
};

}  // namespace cloister
