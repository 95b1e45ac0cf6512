#include "adapters/command/report_json.h"

#include <nlohmann/json.hpp>

#include "framework/kernel/overloaded.h"
#include "framework/report/outcome_traits.h"
#include "framework/report/words.h"

namespace cloister::command {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const MemoryParts& parts) {
  return {{"anonymous", parts.anonymous.count},
          {"file", parts.file.count},
          {"shared", parts.shared.count},
          {"kernel", parts.kernel.count}};
}

constexpr const char* kLeftNames[kLeftKinds] = {
    "tcp_port", "udp_port", "unix_socket", "shared_memory", "semaphores", "messages", "file"};

Json json_of(const Outcome& outcome) {
  Json json = {{"kind", info_of(outcome).name}};
  const auto add = Overloaded{
      [&json](const char* name, const auto& value) { json[name] = value; },
      [&json](const char* name, std::chrono::milliseconds time) { json[name] = time.count(); },
      [&json](const char* name, Bytes bytes) { json[name] = bytes.count; },
      [&json](const char* name, const MemoryParts& parts) { json[name] = json_of(parts); }};
  fields_of(outcome, add);
  return json;
}

Json json_of(const Usage& usage) {
  return {{"wall_us", usage.wall.count()},
          {"user_cpu_us", usage.user_cpu.count()},
          {"system_cpu_us", usage.system_cpu.count()},
          {"throttled_us", usage.throttled.count()},
          {"peak_memory", usage.peak_memory.count},
          {"peak_processes", usage.peak_processes},
          {"io_read", usage.io_read.count},
          {"io_written", usage.io_written.count},
          {"tmpfs", usage.tmpfs.count},
          {"oom_kills", usage.oom_kills},
          {"refused_forks", usage.refused_forks}};
}

Json json_of(const Caps& caps) {
  return {{"memory", caps.memory.count},
          {"file_size", caps.file_size.count},
          {"processes", caps.processes},
          {"cpus", caps.cpus}};
}

Json json_of(const Output& output) { return {{"kept", output.kept}, {"dropped", output.dropped}}; }

template <typename Things, typename One>
Json list_of(const Things& things, One one) {
  Json list = Json::array();
  for (const auto& thing : things) list.push_back(one(thing));
  return list;
}

Json json_of(const ChangedFiles& files) {
  static constexpr const char* kChanges[] = {"created", "changed", "deleted"};
  return {{"created", files.created},
          {"changed", files.changed},
          {"deleted", files.deleted},
          {"written", files.written.count},
          {"named", list_of(files.named,
                            [](const ChangedFile& file) -> Json {
                              return {{"change", kChanges[static_cast<int>(file.change)]},
                                      {"path", file.path},
                                      {"size", file.size.count}};
                            })},
          {"failure", files.failure},
          {"unsaved", files.unsaved},
          {"undeclared", files.undeclared}};
}

}  // namespace

Json json_of(const Audit& audit) {
  static constexpr std::pair<PathUse, const char*> kUses[] = {
      {kLookedAt, "looked_at"}, {kRead, "read"},
      {kListed, "listed"},      {kExecuted, "executed"},
      {kWritten, "written"},    {kInOwnView, "in_own_view"},
      {kRenamed, "renamed"},    {kIsDirectory, "directory"}};
  return {{"paths", list_of(audit.paths,
                            [](const UsedPath& path) -> Json {
                              Json uses = Json::array();
                              for (const auto& [use, name] : kUses) {
                                if ((path.uses & use) != 0) uses.push_back(name);
                              }
                              return {{"path", path.path}, {"uses", uses}};
                            })},
          {"more_paths", audit.more_paths},
          {"called", audit.addresses},
          {"listened", audit.listened},
          {"refused", audit.refused},
          {"gap", audit.gap}};
}

Json json_of(const CellReport& report) {
  return {{"outcome", json_of(report.outcome)},
          {"words", ending_text(report)},
          {"said_finished", report.said_finished},
          {"caps", json_of(report.caps)},
          {"usage", json_of(report.usage)},
          {"out", json_of(report.out)},
          {"err", json_of(report.err)},
          {"phases", list_of(report.phases,
                             [](const PhaseStart& phase) -> Json {
                               return {{"phase", phase.phase},
                                       {"out_offset", phase.out_offset},
                                       {"err_offset", phase.err_offset}};
                             })},
          {"events", list_of(report.events,
                             [](const Event& event) -> Json {
                               return {{"kind", event.kind}, {"payload", event.payload}};
                             })},
          {"survivor_count", report.survivor_count},
          {"survivors", list_of(report.survivors,
                                [](const Survivor& survivor) -> Json {
                                  return {{"pid", survivor.pid},
                                          {"name", survivor.name},
                                          {"command", survivor.command}};
                                })},
          {"files", json_of(report.files)},
          {"audit", report.audit.is_on ? json_of(report.audit) : Json()},
          {"left", list_of(report.left,
                           [](const LeftThings& things) -> Json {
                             return {{"kind", kLeftNames[static_cast<int>(things.kind)]},
                                     {"where", things.where},
                                     {"count", things.count},
                                     {"names", things.names}};
                           })},
          {"tmpfs", list_of(report.tmpfs, [](const TmpfsUse& tmpfs) -> Json {
             return {{"target", tmpfs.target},
                     {"used", tmpfs.used.count},
                     {"size", tmpfs.size.count},
                     {"inodes_used", tmpfs.inodes_used},
                     {"inodes", tmpfs.inodes}};
           })}};
}

}  // namespace cloister::command
