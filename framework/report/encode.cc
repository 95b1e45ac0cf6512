#include "framework/report/encode.h"

#include <fmt/format.h>

#include "framework/report/outcome_traits.h"
#include "framework/wire/bytes.h"

namespace cloister {
namespace {

constexpr std::uint32_t kMark = 0x4C4C4543;  // "CELL"

struct PutField {
  ByteWriter& out;
  template <typename Number>
  void operator()(std::string_view, Number value) const {
    out.number(value);
  }
  void operator()(std::string_view, std::chrono::milliseconds time) const {
    out.number(time.count());
  }
  void operator()(std::string_view, Bytes bytes) const { out.number(bytes.count); }
  void operator()(std::string_view, const std::string& text) const { out.text(text); }
  void operator()(std::string_view, const MemoryParts& parts) const {
    for (const Bytes bytes : {parts.anonymous, parts.file, parts.shared, parts.kernel})
      out.number(bytes.count);
  }
};

struct TakeField {
  ByteReader& in;
  template <typename Number>
  void operator()(std::string_view, Number& value) const {
    value = in.number<Number>();
  }
  void operator()(std::string_view, std::chrono::milliseconds& time) const {
    time = std::chrono::milliseconds(in.number<std::chrono::milliseconds::rep>());
  }
  void operator()(std::string_view, Bytes& bytes) const {
    bytes.count = in.number<std::uint64_t>();
  }
  void operator()(std::string_view, std::string& text) const { text = in.text(); }
  void operator()(std::string_view, MemoryParts& parts) const {
    for (Bytes* bytes : {&parts.anonymous, &parts.file, &parts.shared, &parts.kernel})
      bytes->count = in.number<std::uint64_t>();
  }
};

// The alternative numbered `index`, holding defaults; nothing when there is none.
template <std::size_t next = 0>
std::optional<Outcome> make_outcome(std::size_t index) {
  if constexpr (next < std::variant_size_v<Outcome>) {
    if (index == next) return Outcome(std::in_place_index<next>);
    return make_outcome<next + 1>(index);
  } else {
    return std::nullopt;
  }
}

std::chrono::microseconds take_microseconds(ByteReader& in) {
  return std::chrono::microseconds(in.number<std::chrono::microseconds::rep>());
}

void put_names(ByteWriter& out, const std::vector<std::string>& names) {
  out.number(static_cast<std::uint32_t>(names.size()));
  for (const std::string& name : names) out.text(name);
}
void take_names(ByteReader& in, std::vector<std::string>& names) {
  for (std::uint32_t left = in.count(); left > 0 && in.ok(); --left) names.emplace_back(in.text());
}

// False when a number stands for nothing.
bool take_left(ByteReader& in, CellReport& report) {
  for (std::uint32_t left = in.count(); left > 0; --left) {
    LeftThings things;
    things.kind = in.number<LeftKind>();
    if (things.kind > LeftKind::kFile) return false;
    things.where = in.text();
    things.count = in.number<std::uint64_t>();
    take_names(in, things.names);
    report.left.push_back(std::move(things));
  }
  const auto leaks = in.number<std::uint8_t>();
  if (leaks > static_cast<std::uint8_t>(Leaks::kFail)) return false;
  report.leaks = static_cast<Leaks>(leaks);
  return true;
}

void put_files(ByteWriter& out, const ChangedFiles& files) {
  for (const std::uint64_t number :
       {files.created, files.changed, files.deleted, files.written.count})
    out.number(number);
  out.number(static_cast<std::uint32_t>(files.named.size()));
  for (const ChangedFile& file : files.named) {
    out.number(file.change);
    out.text(file.path);
    out.number(file.size.count);
  }
  out.number(static_cast<std::uint32_t>(files.conflicts.size()));
  for (const FileConflict& conflict : files.conflicts) {
    out.text(conflict.path);
    out.number(conflict.other);
  }
  out.text(files.failure);
  out.text(files.unsaved);
  put_names(out, files.undeclared);
}

// False when a number stands for nothing.
bool take_files(ByteReader& in, ChangedFiles& files) {
  for (std::uint64_t* number :
       {&files.created, &files.changed, &files.deleted, &files.written.count})
    *number = in.number<std::uint64_t>();
  for (std::uint32_t left = in.count(); left > 0 && in.ok(); --left) {
    ChangedFile file;
    file.change = in.number<FileChange>();
    if (file.change > FileChange::kDeleted) return false;
    file.path = in.text();
    file.size = {in.number<std::uint64_t>()};
    files.named.push_back(std::move(file));
  }
  for (std::uint32_t left = in.count(); left > 0 && in.ok(); --left) {
    FileConflict conflict;
    conflict.path = in.text();
    conflict.other = in.number<std::uint32_t>();
    files.conflicts.push_back(std::move(conflict));
  }
  files.failure = in.text();
  files.unsaved = in.text();
  take_names(in, files.undeclared);
  return true;
}

void put_audit(ByteWriter& out, const Audit& audit) {
  out.number(audit.is_on);
  if (!audit.is_on) return;
  out.number(static_cast<std::uint32_t>(audit.paths.size()));
  for (const UsedPath& path : audit.paths) {
    out.text(path.path);
    out.number(path.uses);
  }
  out.number(audit.more_paths);
  for (const auto* names : {&audit.addresses, &audit.listened, &audit.refused})
    put_names(out, *names);
  out.number(static_cast<std::uint32_t>(audit.meetings.size()));
  for (const Meeting& meeting : audit.meetings) {
    out.text(meeting.path);
    out.number(meeting.other);
    out.number(meeting.own_wrote);
    out.number(meeting.other_wrote);
  }
  out.number(audit.is_declared);
  out.text(audit.gap);
}

void take_audit(ByteReader& in, Audit& audit) {
  audit.is_on = in.number<bool>();
  if (!audit.is_on) return;
  for (std::uint32_t left = in.count(); left > 0 && in.ok(); --left) {
    UsedPath path;
    path.path = in.text();
    path.uses = in.number<std::uint8_t>();
    audit.paths.push_back(std::move(path));
  }
  audit.more_paths = in.number<std::uint64_t>();
  for (auto* names : {&audit.addresses, &audit.listened, &audit.refused}) take_names(in, *names);
  for (std::uint32_t left = in.count(); left > 0 && in.ok(); --left) {
    Meeting meeting;
    meeting.path = in.text();
    meeting.other = in.number<std::uint32_t>();
    meeting.own_wrote = in.number<bool>();
    meeting.other_wrote = in.number<bool>();
    audit.meetings.push_back(std::move(meeting));
  }
  audit.is_declared = in.number<bool>();
  audit.gap = in.text();
}

}  // namespace

std::string encode(const CellReport& report) {
  ByteWriter out;
  out.number(kMark);
  out.number(kReportVersion);
  out.number(report.id);
  out.number(report.tasks);
  out.number(report.forked);
  out.number(static_cast<std::uint8_t>(report.outcome.index()));
  fields_of(report.outcome, PutField{out});
  out.number(report.undying);
  out.number(report.said_finished);
  out.number(report.caps.memory.count);
  out.number(report.caps.file_size.count);
  out.number(report.caps.processes);
  out.number(report.caps.cpus);
  const Usage& usage = report.usage;
  for (const auto time : {usage.wall, usage.user_cpu, usage.system_cpu, usage.throttled})
    out.number(time.count());
  for (const Bytes bytes : {usage.peak_memory, usage.io_read, usage.io_written, usage.tmpfs})
    out.number(bytes.count);
  for (const std::uint64_t count : {usage.peak_processes, usage.oom_kills, usage.refused_forks})
    out.number(count);
  for (const Output* output : {&report.out, &report.err}) {
    out.text(output->kept);
    out.number(output->dropped);
  }
  out.number(static_cast<std::uint32_t>(report.phases.size()));
  for (const PhaseStart& phase : report.phases) {
    out.number(phase.phase);
    out.number(phase.out_offset);
    out.number(phase.err_offset);
  }
  out.number(static_cast<std::uint32_t>(report.events.size()));
  for (const Event& event : report.events) {
    out.number(event.kind);
    out.text(event.payload);
  }
  out.number(report.survivor_count);
  out.number(static_cast<std::uint32_t>(report.survivors.size()));
  for (const Survivor& survivor : report.survivors) {
    out.number(survivor.pid);
    out.text(survivor.name);
    out.text(survivor.command);
  }
  out.number(static_cast<std::uint32_t>(report.left.size()));
  for (const LeftThings& things : report.left) {
    out.number(things.kind);
    out.text(things.where);
    out.number(things.count);
    put_names(out, things.names);
  }
  out.number(static_cast<std::uint8_t>(report.leaks));
  out.number(static_cast<std::uint32_t>(report.tmpfs.size()));
  for (const TmpfsUse& tmpfs : report.tmpfs) {
    out.text(tmpfs.target);
    for (const std::uint64_t number :
         {tmpfs.used.count, tmpfs.size.count, tmpfs.inodes_used, tmpfs.inodes})
      out.number(number);
  }
  put_files(out, report.files);
  put_audit(out, report.audit);
  out.number(static_cast<std::uint32_t>(report.costs.size()));
  for (const std::uint32_t cost : report.costs) out.number(cost);
  out.text(report.services);
  return std::move(out.bytes());
}

std::expected<CellReport, std::string> decode_report(std::string_view bytes) {
  const auto none = std::unexpected(std::string("this is no report of a cell"));
  ByteReader in(bytes);
  if (in.number<std::uint32_t>() != kMark) return none;
  if (const auto version = in.number<std::uint32_t>(); in.ok() && version != kReportVersion) {
    return std::unexpected(fmt::format(
        "this is a report of version {}, and version {} is read here: use one release of Cloister "
        "for the tests and for the command",
        version, kReportVersion));
  }
  CellReport report;
  report.id = in.number<std::uint32_t>();
  report.tasks = in.number<std::uint32_t>();
  report.forked = in.number<bool>();
  auto outcome = make_outcome(in.number<std::uint8_t>());
  if (!outcome) return none;
  report.outcome = std::move(*outcome);
  fields_of(report.outcome, TakeField{in});
  report.undying = in.number<int>();
  report.said_finished = in.number<bool>();
  report.caps.memory = {in.number<std::uint64_t>()};
  report.caps.file_size = {in.number<std::uint64_t>()};
  report.caps.processes = in.number<std::uint64_t>();
  report.caps.cpus = in.number<double>();
  Usage& usage = report.usage;
  for (auto* time : {&usage.wall, &usage.user_cpu, &usage.system_cpu, &usage.throttled})
    *time = take_microseconds(in);
  for (Bytes* amount : {&usage.peak_memory, &usage.io_read, &usage.io_written, &usage.tmpfs})
    amount->count = in.number<std::uint64_t>();
  for (std::uint64_t* count : {&usage.peak_processes, &usage.oom_kills, &usage.refused_forks})
    *count = in.number<std::uint64_t>();
  for (Output* output : {&report.out, &report.err}) {
    output->kept = in.text();
    output->dropped = in.number<std::uint64_t>();
  }
  for (std::uint32_t left = in.count(); left > 0 && in.ok(); --left) {
    PhaseStart phase;
    phase.phase = in.number<std::uint8_t>();
    phase.out_offset = in.number<std::uint64_t>();
    phase.err_offset = in.number<std::uint64_t>();
    report.phases.push_back(phase);
  }
  for (std::uint32_t left = in.count(); left > 0 && in.ok(); --left) {
    Event event;
    event.kind = in.number<std::uint16_t>();
    event.payload = in.text();
    report.events.push_back(std::move(event));
  }
  report.survivor_count = in.number<std::uint32_t>();
  for (std::uint32_t left = in.count(); left > 0 && in.ok(); --left) {
    Survivor survivor;
    survivor.pid = in.number<int>();
    survivor.name = in.text();
    survivor.command = in.text();
    report.survivors.push_back(std::move(survivor));
  }
  if (!take_left(in, report)) return none;
  for (std::uint32_t left = in.count(); left > 0 && in.ok(); --left) {
    TmpfsUse tmpfs;
    tmpfs.target = in.text();
    for (std::uint64_t* number :
         {&tmpfs.used.count, &tmpfs.size.count, &tmpfs.inodes_used, &tmpfs.inodes})
      *number = in.number<std::uint64_t>();
    report.tmpfs.push_back(std::move(tmpfs));
  }
  if (!take_files(in, report.files)) return none;
  take_audit(in, report.audit);
  for (std::uint32_t left = in.count(); left > 0 && in.ok(); --left)
    report.costs.push_back(in.number<std::uint32_t>());
  report.services = in.text();
  if (!in.ok() || !in.at_end()) return none;
  return report;
}

}  // namespace cloister
