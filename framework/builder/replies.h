// The builder's words on their way to the run: what the socket has no room for waits here, in
// order, so that the builder never waits for the run. Used by the builder's loop alone.
#pragma once

#include "framework/protocol/protocol.h"

namespace cloister {

// What goes along with the words, in this order; -1 is none.
struct Attachments {
  int first = -1;
  int second = -1;  // only behind a first
};

// Sends the words to `socket`, with what goes along, or keeps them, and duplicates
// of that, until they can be sent. Where they never can be, the socket is shut down: the run, which
// waits for each reply, learns from its end.
void send_or_keep(int socket, const BuilderReply& words, Attachments along);

// Why something is kept; kNothing when nothing is.
enum class KeptFor : std::uint8_t { kNothing, kWantOfRoom, kWantOfMemory };
KeptFor kept_for();

// Sends of what is kept as much as can be sent now.
void send_kept(int socket);

}  // namespace cloister
