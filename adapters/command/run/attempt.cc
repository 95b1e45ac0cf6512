#include "adapters/command/run/attempt.h"

#include "framework/report/encode.h"
#include "framework/wire/bytes.h"

namespace cloister::command {

std::string encode(const Attempt& attempt) {
  ByteWriter out;
  out.number(attempt.verdict);
  out.text(attempt.message);
  for (const bool flag : {attempt.tells_left, attempt.tells_limits, attempt.is_of_others})
    out.number(flag);
  out.number(static_cast<std::uint32_t>(attempt.beside.size()));
  for (const std::string& words : attempt.beside) out.text(words);
  out.bytes() += encode(attempt.cell);
  return std::move(out.bytes());
}

std::optional<Attempt> decode_attempt(std::string_view bytes) {
  ByteReader in(bytes);
  Attempt attempt;
  attempt.verdict = in.number<Verdict>();
  attempt.message = in.text();
  for (bool* flag : {&attempt.tells_left, &attempt.tells_limits, &attempt.is_of_others})
    *flag = in.number<bool>();
  for (std::uint32_t left = in.count(); left > 0; --left) attempt.beside.emplace_back(in.text());
  auto cell = decode_report(in.rest());
  if (!in.ok() || attempt.verdict > Verdict::kNotRun || !cell) return std::nullopt;
  attempt.test = cell->id;
  attempt.cell = std::move(*cell);
  return attempt;
}

}  // namespace cloister::command
