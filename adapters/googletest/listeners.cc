#include "adapters/googletest/listeners.h"

#include <utility>
#include <vector>

#include <cloister/gtest.h>

#include "adapters/googletest/private_access.h"

namespace cloister {
namespace {

// Filled from main() or by static initialisers, so made on first use; never destroyed, because
// guests that leave by exit() still have listeners.
std::vector<testing::TestEventListener*>& kept_for_guests() {
  static auto* listeners = new std::vector<testing::TestEventListener*>;
  return *listeners;
}

testing::TestEventListener* forwarder_of(testing::TestEventListeners& listeners) {
  return (listeners.*member_of(googletest::private_access::ListenersForward{}))();
}

}  // namespace

void append_listener_in_guest(testing::TestEventListener* listener) {
  kept_for_guests().push_back(listener);
}

namespace googletest {

namespace pa = private_access;

testing::TestEventListener* users_listeners() {
  return forwarder_of(testing::UnitTest::GetInstance()->listeners());
}

testing::TestEventListener* listeners_in_guest() {
  static auto* list = [] {
    auto* made = new testing::TestEventListeners;
    for (auto* listener : kept_for_guests()) made->Append(listener);
    return made;
  }();
  return forwarder_of(*list);
}

bool any_listener_in_guest() { return !kept_for_guests().empty(); }

void make_guest_listeners_ordinary() {
  for (auto* listener : std::exchange(kept_for_guests(), {}))
    testing::UnitTest::GetInstance()->listeners().Append(listener);
}

ListenersReplaced::ListenersReplaced(testing::TestEventListener* listener)
    : switch_(new Switch(listener)),
      repeater_(pa::get(pa::ListenersRepeater{}, testing::UnitTest::GetInstance()->listeners())),
      users_(repeater_) {
  own_.Append(switch_);
  repeater_ = pa::get(pa::ListenersRepeater{}, own_);
}

ListenersReplaced::~ListenersReplaced() {
  repeater_ = users_;
  delete own_.Release(switch_);
}

}  // namespace googletest
}  // namespace cloister
