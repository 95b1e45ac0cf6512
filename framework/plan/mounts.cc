// The file view: private /proc, /tmp and /dev/shm over the host's tree, or over a root that is put
// together for the cell.
#include <fmt/format.h>
#include <sched.h>

#include <algorithm>

#include "framework/config/path_pattern.h"
#include "framework/plan/facilities.h"

namespace cloister {
namespace {

// What no program does without, in an empty root.
constexpr const char* kDevices[] = {"/dev/null",   "/dev/zero",    "/dev/full",
                                    "/dev/random", "/dev/urandom", "/dev/tty"};

// The entries of `target` that lead to a needed path. The whole entry stays, not just the path: a
// build tree reaches its own siblings through "..".
void add_entries(const std::string& target, const std::vector<std::string>& paths,
                 std::vector<std::string>& names) {
  for (const std::string& path : paths) {
    if (!path.starts_with(target + "/")) continue;
    std::string name = path.substr(target.size() + 1);
    name = name.substr(0, name.find('/'));
    if (!name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
}

std::vector<std::string> entries_to_keep(const std::string& target, const CellConfig& config,
                                         const HostFacts& facts) {
  std::vector<std::string> names;
  add_entries(target, facts.needed_paths, names);
  if (config.keep_paths) add_entries(target, *config.keep_paths, names);
  return names;
}

// Of views, each after those it lies in, the one that the path is in.
FileView* innermost(std::vector<FileView>& views, const std::string& path) {
  const auto found = std::ranges::find_if(views.rbegin(), views.rend(), [&](const FileView& view) {
    return is_below(path, view.directory);
  });
  return found == views.rend() ? nullptr : &*found;
}

// Fills in the steps that mount; `at` stands before every target.
struct View {
  const CellRequest& request;
  const HostFacts& facts;
  CellPlan& plan;
  std::string at;

  void add(SetupStep step) const { plan.inside.steps.push_back(std::move(step)); }

  void tmpfs(const std::string& target, Bytes size, std::vector<std::string> keep,
             bool optional) const {
    add(MountTmpfs{at + target, size.count, *request.config.tmpfs_inodes, std::move(keep),
                   optional});
    plan.watch.tmpfs.push_back(target);
  }
  void proc() const {
    if (facts.has(Facility::kPrivateProc) && facts.has(Facility::kPidNamespace))
      add(MountProc{at + request.proc_target});
  }
  // Without this a root guest could leave its cgroup by writing to the host's cgroup file system.
  void cgroups() const {
    if (!facts.cgroups.empty()) add(MakeReadOnly{at + "/sys/fs/cgroup"});
  }
  void private_tmp() const {
    if (!request.config.private_tmp.value_or(true) || !facts.has(Facility::kPrivateTmp)) return;
    const std::pair<std::string, Bytes> targets[] = {{"/tmp", *request.config.tmp_size},
                                                     {"/dev/shm", *request.config.shm_size}};
    for (const auto& [target, size] : targets) {
      if (request.declared && request.declared->has_view_of(target)) continue;
      std::vector<std::string> keep;  // another root has its own files
      const bool own_root = request.root || request.declared;
      if (!own_root) keep = entries_to_keep(target, request.config, facts);
      // Its own files are in the directory that is covered then, also by their whole names.
      if (!own_root && request.working_directory.empty() && facts.working_directory == target) {
        keep.emplace_back(".");
        plan.guest.working_directory = fmt::format("{}/{}", target, kCoveredItself);
      }
      tmpfs(target, size, std::move(keep), true);
    }
  }
  void views_of(const std::vector<FileView>& views, bool keep) const {
    WatchPlan& watch = plan.watch;
    for (const FileView& view : views) watch.views.push_back(view.directory);
    watch.keep_files = keep;
    watch.is_stored = !request.file_store.empty();
    watch.conflicts = request.config.file_conflicts.value_or(FileConflicts::kNote);
    if (!views.empty()) add(MountViews{views, at, request.file_store});
  }
  // A root of what may be read, and views of where something may be written: what may be read there
  // is mounted in the view, where an entry is made for it.
  void declared() const {
    const DeclaredFiles& files = *request.declared;
    std::vector<FileView> views = files.writable;
    std::vector<SetupStep> within;
    // In whichever view it is, the innermost, or in the root itself.
    const auto put = [&](const std::string& path, SetupStep step, bool is_mounted) {
      FileView* view = innermost(views, path);
      if (view != nullptr) view->make(path);
      if (view == nullptr) {
        add(std::move(step));
      } else if (is_mounted) {
        within.push_back(std::move(step));
      }
    };
    for (const char* kernels : {"/dev", "/sys"}) add(BindMount{kernels, at + kernels, false});
    cgroups();
    private_tmp();
    for (const std::string& link : files.links) put(link, MakeLink{link, at + link}, false);
    for (const std::string& path : files.readable)
      put(path, BindMount{path, at + path, true}, true);
    for (const std::string& path : files.shared) put(path, BindMount{path, at + path, false}, true);
    const std::string& begin = plan.guest.working_directory;
    put(begin, MakeDirectory{at + begin}, false);
    views_of(views, true);
    for (SetupStep& step : within) add(std::move(step));
    proc();
    add(MakeReadOnly{at, false});
    plan.watch.outputs = files.outputs;
  }
  void files() const {
    const Files files = *request.config.files;
    if (files == Files::kHost || request.has_own_root() || !facts.has(Facility::kFileViews)) return;
    const std::vector<FileView>& views = request.views ? *request.views : facts.views;
    if (views.empty()) return;
    if (files == Files::kReadOnly) {
      for (const FileView& view : views) add(BindReadOnly{view.directory});
      return;
    }
    views_of(views, files == Files::kKeep);
  }
  void devices() const {
    for (const char* device : kDevices) add(BindMount{device, at + device, false});
  }
  void requested() const {
    std::size_t mounted = 0;
    for (const MountRequest& mount : request.mounts) {
      if (!mount.source.empty()) {
        add(BindMount{mount.source, at + mount.target, mount.read_only});
      } else {
        tmpfs(mount.target, mount.size.count > 0 ? mount.size : *request.config.tmp_size, {},
              false);
      }
      if (++mounted == request.mounts_before_proc) proc();
    }
  }
};

// Private first (systemd shares "/", and what is mounted next must not leak out):
// mount_namespaces(7). A slave does not leak either.
Propagation at_first(Propagation wanted) {
  return wanted == Propagation::kShared ? Propagation::kSlave : wanted;
}

}  // namespace

void plan_mounts(const CellRequest& request, const HostFacts& facts, CellPlan& plan) {
  plan.guest.working_directory = request.working_directory;
  if (plan.guest.working_directory.empty())
    plan.guest.working_directory = request.root ? "/" : facts.working_directory;
  if (!facts.has(Facility::kMountNamespace)) return;
  plan.inside.namespaces |= CLONE_NEWNS;
  const View view{request, facts, plan, request.has_own_root() ? "." : ""};
  if (request.propagation != Propagation::kUnchanged)
    view.add(SetPropagation{at_first(request.propagation)});
  if (request.declared) {
    view.add(StartRoot{""});
    view.declared();
    view.add(EnterRoot{});
    return;
  }
  if (request.has_own_root()) view.add(StartRoot{request.root.value_or("/")});
  if (request.mounts_before_proc == 0) view.proc();
  if (!request.has_own_root()) view.cgroups();
  view.private_tmp();
  view.files();
  if (request.root == "") view.devices();
  view.requested();
  if (request.has_own_root()) {
    view.cgroups();  // which may have come with what was bound
    view.add(EnterRoot{});
  }
  if (request.propagation == Propagation::kShared) view.add(SetPropagation{Propagation::kShared});
}

}  // namespace cloister
