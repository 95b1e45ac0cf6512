// Numbers and texts as bytes, low byte first, between processes and machines.
// ByteWriter fills a string. ByteReader never reads past its end. It fails on a text that is too
// short or too long, and on a bool that is neither 0 nor 1; a failed reader gives zeros. The reader
// allocates nothing, so it also works inside a cell.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace cloister {

static_assert(std::endian::native == std::endian::little, "numbers are copied as they are");

class ByteWriter {
 public:
  template <typename Number>
  void number(Number value) {
    static_assert(std::is_arithmetic_v<Number> || std::is_enum_v<Number>);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    bytes_.append(value);
  }
  std::string& bytes() { return bytes_; }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  template <typename Number>
  Number number() {
    Number value{};
    if constexpr (std::is_same_v<Number, bool>) {
      const auto byte = number<std::uint8_t>();
      if (byte > 1) fail();
      return byte == 1;
    }
    if (rest_.size() < sizeof value) {
      fail();
      return value;
    }
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value;
  }
  std::string_view text() {
    const auto size = number<std::uint32_t>();
    if (size > rest_.size()) {
      fail();
      return {};
    }
    // Not substr(): its check needs the C++ run-time library, which the builder does not have.
    const std::string_view value(rest_.data(), size);
    rest_.remove_prefix(size);
    return value;
  }
  // A count of things that take at least one byte each: never more than the bytes that are left.
  std::uint32_t count() {
    const auto value = number<std::uint32_t>();
    if (value <= rest_.size()) return value;
    fail();
    return 0;
  }

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

 private:
  void fail() {
    ok_ = false;
    rest_ = {};
  }

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace cloister
