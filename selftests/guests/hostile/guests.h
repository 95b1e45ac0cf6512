// What the hostile guests share. Some of them would take the whole machine along outside of a cell:
// main() lets them run nowhere else.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <string_view>

namespace hostile {

// Fails the calling test unless its cell is as new: nothing of its neighbours' doings is in it.
void expect_unharmed();

// True in the guest that runs this test, in every phase of its life.
bool is_guest_of(std::string_view suite, std::string_view test);

// Makes a child that runs `deed` and ends; the parent does not wait for it.
template <typename Deed>
pid_t in_child(Deed deed) {
  const pid_t pid = fork();
  if (pid != 0) return pid;
  deed();
  _exit(0);
}

}  // namespace hostile

// An innocent test among the others of its suite.
#define NEIGHBOUR(suite, number) \
  TEST(suite, Neighbour##number) { hostile::expect_unharmed(); }
