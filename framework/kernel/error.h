// An error of the engine's own calls: one sentence, as data until an adapter prints it. Used by
// every room of framework/. A misbehaving guest is an Outcome (report/), never an Error.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace cloister {

struct Error {
  std::string doing;  // follows "cannot ...": "mount tmpfs on '/tmp'"
  int number = 0;     // errno, or 0 when no system call failed
  std::string hint;   // what to do about it; may be empty

  // "cannot mount tmpfs on '/tmp': Operation not permitted (EPERM); <hint>"
  std::string text() const;
};

template <typename T>
using Result = std::expected<T, Error>;

// The failure of the system call that has just set errno.
std::unexpected<Error> failed(std::string doing, std::string hint = {});

// "Operation not permitted (EPERM)"
std::string errno_text(int number);

}  // namespace cloister
