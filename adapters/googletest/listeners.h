// Which listeners GoogleTest sends its events to: the user's; those that the user wants in guests;
// and, while tests run in cells, one of Cloister's in place of all others.
#pragma once

#include <gtest/gtest.h>

#include "adapters/googletest/forwarding_listener.h"

namespace cloister::googletest {

// All of the user's and GoogleTest's own, as one listener.
testing::TestEventListener* users_listeners();
// All that append_listener_in_guest() was given, as one listener. In a guest only.
testing::TestEventListener* listeners_in_guest();
bool any_listener_in_guest();
// Makes them ordinary listeners, for a run without cells.
void make_guest_listeners_ordinary();

// While this lives, GoogleTest's events go to one listener only. That listener may be changed.
class ListenersReplaced {
 public:
  explicit ListenersReplaced(testing::TestEventListener* listener);
  ListenersReplaced(const ListenersReplaced&) = delete;
  ListenersReplaced& operator=(const ListenersReplaced&) = delete;
  ~ListenersReplaced();

  // Also in the middle of an event, which the new listener does not get.
  void turn_to(testing::TestEventListener* listener) { switch_->turn_to(listener); }

 private:
  // GoogleTest fetches its list of listeners once per run, so this one changes where events go.
  class Switch final : public ForwardingListener {
   public:
    using ForwardingListener::ForwardingListener;
    void turn_to(testing::TestEventListener* target) { set_target(target); }
  };

  // On the heap: a guest that calls exit() destroys GoogleTest, which destroys its listeners.
  Switch* switch_;
  testing::TestEventListeners own_;
  testing::internal::TestEventRepeater*& repeater_;
  testing::internal::TestEventRepeater* users_;
};

}  // namespace cloister::googletest
