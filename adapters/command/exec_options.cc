#include "adapters/command/exec_options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <filesystem>

#include "adapters/command/cell_options.h"
#include "framework/config/settings.h"

namespace cloister::command {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSeconds = "a whole number of seconds";
constexpr const char* kId = "a whole number, as id -u prints it";

void leave_out(CellRequest& request, Facility facility, bool whether) {
  std::erase(request.without, facility);
  if (whether) request.without.push_back(facility);
}

bool switch_of(const char* name, const std::string& text) {
  const auto on = parse_switch(text);
  if (!on) refuse_value(name, text, "yes or no: a cell is used once, and leaves nothing behind");
  return *on;
}

template <typename Number>
Number number_of(const char* name, const std::string& text, const char* allowed) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size())
    refuse_value(name, text, allowed);
  return number;
}

std::string host_path(const char* name, const std::string& whole, const std::string& path) {
  std::error_code error;
  const fs::path found = fs::canonical(path, error);
  if (error)
    refuse_value(name, whole,
                 fmt::format("a path of the host, but '{}': {}", path, error.message()));
  return found;
}

// A switch with a --no- form; `use` gets whether it is on.
template <typename Use>
void add_switch(CLI::App& app, const char* names, const char* name, Use use) {
  app.add_flag(names)->each([name, use](const std::string& text) { use(switch_of(name, text)); });
}

template <typename Use>
void add_value(CLI::App& app, const char* names, Use use) {
  app.add_option_function<std::string>(names, use);
}

// One that may be given several times, each time with one value. It is used as soon as it is read:
// what several such options add to one list stands there in the order of the command line.
template <typename Use>
void add_values(CLI::App& app, const char* names, Use use) {
  app.add_option_function<std::vector<std::string>>(names,
                                                    [use](const auto& values) {
                                                      for (const std::string& value : values)
                                                        use(value);
                                                    })
      ->allow_extra_args(false)
      ->trigger_on_parse();
}

void add_namespaces(CLI::App& app, CellRequest& request) {
  struct Namespace {
    const char* names;
    const char* name;
    Facility facility;
  };
  static constexpr Namespace kNamespaces[] = {
      {"-m,--mount,!--no-mount", "--mount", Facility::kMountNamespace},
      {"-u,--uts,!--no-uts", "--uts", Facility::kHostname},
      {"-i,--ipc,!--no-ipc", "--ipc", Facility::kIpcNamespace},
      {"-p,--pid,!--no-pid", "--pid", Facility::kPidNamespace},
      {"-U,--user,!--no-user", "--user", Facility::kUserNamespace},
      {"-C,--cgroup,!--no-cgroup", "--cgroup", Facility::kCgroupNamespace}};
  for (const auto& [names, name, facility] : kNamespaces) {
    add_switch(app, names, name,
               [&request, facility](bool on) { leave_out(request, facility, !on); });
  }
  add_switch(app, "-T,--time,!--no-time", "--time", [&request](bool on) {
    request.clocks = on ? std::optional(request.clocks.value_or(ClockOffsets{})) : std::nullopt;
  });
  add_value(app, "--monotonic", [&request](const std::string& text) {
    if (!request.clocks) request.clocks.emplace();
    request.clocks->monotonic = number_of<std::int64_t>("--monotonic", text, kSeconds);
  });
  add_value(app, "--boottime", [&request](const std::string& text) {
    if (!request.clocks) request.clocks.emplace();
    request.clocks->boottime = number_of<std::int64_t>("--boottime", text, kSeconds);
  });
}

void add_users(CLI::App& app, CellRequest& request) {
  add_switch(app, "-r,--map-root-user", "--map-root-user", [&request](bool on) {
    request.identity = on ? Identity::kOnlyRoot : Identity::kDefault;
  });
  add_switch(app, "-c,--map-current-user", "--map-current-user", [&request](bool on) {
    request.identity = on ? Identity::kOnlySelf : Identity::kDefault;
  });
  add_value(app, "-S,--uid,--setuid", [&request](const std::string& text) {
    request.uid = number_of<std::uint32_t>("--uid", text, kId);
  });
  add_value(app, "-G,--gid,--setgid", [&request](const std::string& text) {
    request.gid = number_of<std::uint32_t>("--gid", text, kId);
  });
  add_value(app, "--setgroups", [&request](const std::string& text) {
    if (text != "allow" && text != "deny") refuse_value("--setgroups", text, "allow or deny");
    request.setgroups = text == "allow";
  });
}

Propagation propagation_of(const std::string& text) {
  if (text == "private") return Propagation::kPrivate;
  if (text == "slave") return Propagation::kSlave;
  if (text == "shared") return Propagation::kShared;
  if (text == "unchanged") return Propagation::kUnchanged;
  refuse_value("--propagation", text, "private, slave, shared or unchanged");
}

MountRequest bind_of(const std::string& text) {
  constexpr const char* kAllowed = "SRC:DST or SRC:DST:ro, where DST begins with '/'";
  const std::size_t first = text.find(':');
  const std::string rest = first == std::string::npos ? "" : text.substr(first + 1);
  const std::size_t second = rest.find(':');
  const std::string target = rest.substr(0, second);
  const std::string mode = second == std::string::npos ? "rw" : rest.substr(second + 1);
  if (!target.starts_with('/') || (mode != "ro" && mode != "rw"))
    refuse_value("--bind", text, kAllowed);
  return {host_path("--bind", text, text.substr(0, first)), target, mode == "ro", {}};
}

MountRequest tmpfs_of(const std::string& text) {
  const std::size_t colon = text.find(':');
  const std::string target = text.substr(0, colon);
  const auto size = colon == std::string::npos ? Bytes{} : parse_bytes(text.substr(colon + 1));
  if (!target.starts_with('/') || !size)
    refuse_value("--tmpfs", text, "DST or DST:SIZE, as in /scratch:64M");
  return {"", target, false, *size};
}

void add_files(CLI::App& app, CellRequest& request) {
  app.add_flag("--mount-proc,!--no-mount-proc")
      ->each([&request](const std::string& text) {
        const bool names_target = text.starts_with('/');
        if (names_target) {
          request.proc_target = text;
          request.mounts_before_proc = request.mounts.size();
        }
        leave_out(request, Facility::kPrivateProc,
                  !names_target && !switch_of("--mount-proc", text));
      })
      ->trigger_on_parse();
  add_value(app, "--propagation",
            [&request](const std::string& text) { request.propagation = propagation_of(text); });
  add_value(app, "-R,--root", [&request](const std::string& text) {
    request.root = host_path("--root", text, text);
  });
  add_switch(app, "--new-root", "--new-root", [&request](bool on) {
    if (on && request.root) refuse_value("--new-root", "yes", "no --root beside it");
    if (on) request.root = "";
  });
  add_values(app, "--bind",
             [&request](const std::string& text) { request.mounts.push_back(bind_of(text)); });
  add_values(app, "--tmpfs",
             [&request](const std::string& text) { request.mounts.push_back(tmpfs_of(text)); });
  add_value(app, "-w,--wd,--workdir", [&request](const std::string& text) {
    if (!text.starts_with('/')) refuse_value("--wd", text, "an absolute path inside the cell");
    request.working_directory = text;
  });
}

// What unshare(1) has an option for, and every cell does.
void add_what_always_is(CLI::App& app) {
  add_switch(app, "-f,--fork", "--fork", [](bool on) {
    if (!on) refuse_value("--fork", "no", "yes: a command is never the first process of its cell");
  });
  app.add_flag("--kill-child")->each([](const std::string& text) {
    if (text != "true" && text != "KILL" && text != "SIGKILL")
      refuse_value("--kill-child", text, "KILL: with this command everything in the cell ends");
  });
}

}  // namespace

void add_exec_options(CLI::App& app, ExecOptions& options) {
  CellRequest& request = options.request;
  request.role = "command";
  request.config.deadline = std::chrono::milliseconds::zero();  // people sit in front of it
  request.config.notice_after = std::chrono::milliseconds::zero();
  request.config.files = Files::kHost;  // they want to see what it does while it does it
  add_namespaces(app, request);
  add_users(app, request);
  add_files(app, request);
  add_what_always_is(app);
  add_cell_options(app, request.config, {"output", "notice_after", "as_root", "reuse_network"});
  add_values(app, "-e,--env", [&options](const std::string& text) {
    if (text.empty() || text.front() == '=') refuse_value("--env", text, "NAME=VALUE, or NAME");
    options.environment.push_back(text);
  });
  app.add_flag("--clear-env", options.clear_environment);
  app.add_flag("-t,--tty", options.terminal);
  app.add_flag("--explain", options.explain);
  app.add_flag("-q,--quiet", options.quiet);
  app.add_flag("--require", options.require);
  app.add_option("--report", options.report_file);
}

std::vector<std::string> environment_of(const ExecOptions& options) {
  std::vector<std::string> result;
  const auto set = [&result](const std::string& variable) {
    const std::string name = variable.substr(0, variable.find('=')) + "=";
    std::erase_if(result, [&name](const std::string& other) { return other.starts_with(name); });
    result.push_back(variable);
  };
  for (char** variable = environ; !options.clear_environment && *variable != nullptr; ++variable)
    result.emplace_back(*variable);
  for (const std::string& variable : options.environment) {
    if (variable.find('=') != std::string::npos) {
      set(variable);
    } else if (const char* value = ::getenv(variable.c_str())) {
      set(variable + "=" + value);
    }
  }
  return result;
}

}  // namespace cloister::command
