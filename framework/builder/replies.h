// The builder's replies to the run. What does not fit in the socket waits here, in order, so that
// the builder never waits for the run. Only the builder's loop uses it.
#pragma once

#include "framework/protocol/protocol.h"

namespace cloister {

// Descriptors that go along with a reply, in this order; -1 is none.
struct Attachments {
  int first = -1;
  int second = -1;  // only after a first
};

// Sends the reply with its descriptors to `socket`. If that is impossible now, keeps it, with
// duplicates of them, until it can be sent. If that is impossible forever, the socket is shut down,
// so the run, which waits for each reply, notices.
void send_or_keep(int socket, const BuilderReply& words, Attachments along);

// Why something is kept; kNothing if nothing is.
enum class KeptFor : std::uint8_t { kNothing, kWantOfRoom, kWantOfMemory };
KeptFor kept_for();

// Sends as much of what is kept as can be sent now.
void send_kept(int socket);

}  // namespace cloister
