// What a supervisor says to who started it, in one message: all services are ready, or why not.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "framework/kernel/error.h"
#include "framework/wire/bytes.h"

namespace cloister {

inline std::string encode_started(const Result<void>& started) {
  ByteWriter out;
  out.number(started.has_value());
  if (started) return std::move(out.bytes());
  out.text(started.error().doing);
  out.number(static_cast<std::int32_t>(started.error().number));
  out.text(started.error().hint);
  return std::move(out.bytes());
}

inline Result<void> decode_started(std::string_view message) {
  ByteReader in(message);
  if (in.number<bool>()) return {};
  Error error;
  error.doing = in.text();
  error.number = in.number<std::int32_t>();
  error.hint = in.text();
  return std::unexpected(std::move(error));
}

}  // namespace cloister
