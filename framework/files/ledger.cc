#include "framework/files/ledger.h"

namespace cloister {

bool FileLedger::claim(std::string_view path, const Writer& writer,
                       std::vector<FileConflict>& conflicts) {
  const auto place = claims_.find(path);
  if (place == claims_.end()) {
    claims_.emplace(path, Claim{writer});
    return true;
  }
  Claim& claim = place->second;
  const bool overlapped =
      claim.writer.started < writer.ended && writer.started < claim.writer.ended;
  if (overlapped && !claim.is_told) {
    claim.is_told = true;
    conflicts.push_back({std::string(path), claim.writer.task});
  }
  if (overlapped && claim.writer.task > writer.task) return false;
  claim.writer = writer;
  return true;
}

bool FileLedger::changed_since(std::string_view path, const Writer& writer) const {
  const auto place = claims_.find(path);
  return place != claims_.end() && place->second.writer.ended > writer.started;
}

}  // namespace cloister
