// What a guest left in its cell, in words. Used by every adapter; prints nothing.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "framework/config/settings.h"
#include "framework/report/words.h"

namespace cloister {
namespace {

// The bytes of the UTF-8 character that `text` begins with; 0 when it is none, or a control (C1).
std::size_t character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return first >= 0x20 && first != 0x7f ? 1 : 0;
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const unsigned second = byte(1);
  const bool wrong = (first == 0xc2 && second < 0xa0) || (first == 0xe0 && second < 0xa0) ||
                     (first == 0xed && second >= 0xa0) || (first == 0xf0 && second < 0x90) ||
                     (first == 0xf4 && second >= 0x90);
  // U+2028 to U+202E and U+2066 to U+2069 end lines or turn them round.
  const bool turns = first == 0xe2 && ((second == 0x80 && byte(2) >= 0xa8 && byte(2) <= 0xae) ||
                                       (second == 0x81 && byte(2) >= 0xa6 && byte(2) <= 0xa9));
  return wrong || turns ? 0 : size;
}

std::string kind_words(const LeftThings& things) {
  const bool one = things.count == 1;
  switch (things.kind) {
    case LeftKind::kTcpPort:
      return one ? "listening TCP port" : "listening TCP ports";
    case LeftKind::kUdpPort:
      return one ? "UDP port" : "UDP ports";
    case LeftKind::kUnixSocket:
      return one ? "listening unix socket" : "listening unix sockets";
    case LeftKind::kSharedMemory:
      return one ? "System V shared memory segment" : "System V shared memory segments";
    case LeftKind::kSemaphores:
      return one ? "System V semaphore set" : "System V semaphore sets";
    case LeftKind::kMessages:
      return one ? "System V message queue" : "System V message queues";
    case LeftKind::kFile:
      break;
  }
  return fmt::format("{} in {}", one ? "file" : "files", things.where);
}

std::string listed(std::vector<std::string> names, bool more) {
  if (names.empty()) return "";
  if (more) names.emplace_back("...");
  return fmt::format(": {}", fmt::join(names, ", "));
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t size = character(text);
    if (size > 0) {
      result += text.substr(0, size);
    } else if (text.front() == '\n') {
      result += "\\n";
    } else {
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
    }
    text.remove_prefix(size > 0 ? size : 1);
  }
  return result;
}

std::string printable_list(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names)
    list += fmt::format("{}'{}'", list.empty() ? "" : ", ", printable(name));
  return list;
}

std::string changes_text(const ChangedFiles& files) {
  static constexpr const char* kWords[] = {"created", "changed", "deleted"};
  std::vector<std::string> texts;
  texts.reserve(files.named.size() + 1);
  for (const ChangedFile& file : files.named) {
    const std::string size =
        file.size.count == 0 ? "" : fmt::format(" ({})", bytes_text(file.size));
    texts.push_back(fmt::format("{} '{}'{}", kWords[static_cast<int>(file.change)],
                                printable(file.path), size));
  }
  const std::uint64_t all = files.created + files.changed + files.deleted;
  if (all > texts.size()) texts.push_back(fmt::format("and {} more", all - texts.size()));
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::vector<std::string> leftovers_text(const CellReport& report, bool with_files) {
  std::vector<std::string> lines;
  if (report.survivor_count > 0) {
    std::vector<std::string> names;
    names.reserve(report.survivors.size() + 1);
    for (const Survivor& survivor : report.survivors) {
      names.push_back(fmt::format("{} '{}'", survivor.pid,
                                  survivor.command.empty() ? survivor.name : survivor.command));
    }
    lines.push_back(fmt::format("{} process{}{}", report.survivor_count,
                                report.survivor_count == 1 ? "" : "es",
                                listed(names, report.survivor_count > names.size())));
  }
  for (const LeftThings& things : report.left) {
    const bool file = things.kind == LeftKind::kFile;
    if (file && !with_files && things.where != "/dev/shm") continue;
    // Of files those in directories are counted, and not named.
    const bool more = file ? things.names.size() >= 16 : things.count > things.names.size();
    lines.push_back(
        fmt::format("{} {}{}", things.count, kind_words(things), listed(things.names, more)));
  }
  return lines;
}

std::string sharing_text(const CellReport& report) {
  return report.tasks > 1 ? fmt::format(" in a cell that {} tests shared", report.tasks) : "";
}

std::string leak_words(const CellReport& report, const std::string& name, std::string_view option) {
  if (report.leaks != Leaks::kFail) return "";
  const std::vector<std::string> lines = leftovers_text(report, true);
  if (lines.empty()) return "";
  const std::string where = sharing_text(report);
  std::string text =
      fmt::format("cloister: {} left something{}", name, where.empty() ? " in its cell" : where);
  for (const std::string& line : lines) text += "\n  left:   " + line;
  return text + fmt::format(
                    "\n  advice: end and wait for what it starts, close and remove what it "
                    "makes, or allow it with {}=report",
                    option);
}

}  // namespace cloister
