#include "framework/host/probe.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "framework/config/path_pattern.h"
#include "framework/events/frame_reader.h"
#include "framework/host/cgroups.h"
#include "framework/host/cures.h"
#include "framework/host/file_views.h"
#include "framework/host/gather.h"
#include "framework/host/needed_paths.h"
#include "framework/kernel/shortage.h"
#include "framework/kernel/single_threaded_fork.h"
#include "framework/launch/guest.h"
#include "framework/plan/caps.h"
#include "framework/plan/plan.h"
#include "framework/protocol/frame.h"
#include "framework/wire/bytes.h"

namespace cloister {
namespace {

constexpr std::uint32_t kFirstProbeCell = 0xFFFFFF00;  // out of the way of the cells of tests

// Tries one cell, its guest included. The plan's steps, the joining and the leaving all have to
// work.
class Trial {
 public:
  Trial(CellBuilder& builder, CellPages& pages, bool apart)
      : builder_(builder), pages_(pages), apart_(apart) {}

  Result<void> run(const HostFacts& facts, const CellRequest& request = {}) {
    const std::uint32_t cell = next_cell_++;
    auto plan = make_plan(request, facts);
    if (!plan) return std::unexpected(plan.error());
    const auto shared = std::make_shared<const CellPlan>(std::move(*plan));
    if (auto asked = builder_.build(cell, 0, shared); !asked) return asked;
    auto built = builder_.wait_for_news();
    if (!built) return std::unexpected(built.error());
    const InsideReply& failure = built->words.failure;
    if (built->words.reply == Reply::kFailed)
      return std::unexpected(Error{failure.doing, failure.error, ""});
    const Init init{built->words.init_pid, std::move(built->init_pidfd)};
    auto entered = try_guest(*shared, cell, init);
    if (auto asked = builder_.dismantle(cell); !asked) return asked;
    auto gone = builder_.wait_for_news();
    if (!gone) return std::unexpected(gone.error());
    peak_memory_ = gone->words.readings[static_cast<int>(Reading::kPeakMemory)];
    return entered;
  }

  // Of the last cell that was tried, where its cgroup measures it.
  std::uint64_t peak_memory() const { return peak_memory_; }

 private:
  Result<void> try_guest(const CellPlan& plan, std::uint32_t cell, const Init& init) {
    const std::vector<std::string> paths = join_paths(plan, cell);
    auto pipe = make_pipe();
    if (!pipe) return std::unexpected(pipe.error());
    const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    GuestStart start{.cell = cell,
                     .plan = plan,
                     .join_paths = paths,
                     .init = init.pid,
                     .init_pidfd = init.pidfd.get(),
                     .pages = pages_,
                     .page = pages_.take(),
                     .event_fd = pipe->write_end.get(),
                     .out_fd = null.get(),
                     .err_fd = null.get(),
                     .null_fd = null.get(),
                     .signal_mask = {}};
    ::sigprocmask(SIG_SETMASK, nullptr, &start.signal_mask);
    auto forked = apart_ ? fork_guest_apart(start) : fork_guest(start);
    if (!forked) {
      pages_.give_back(start.page);
      return std::unexpected(forked.error());
    }
    if (forked->guest) {
      forked->guest->finish();
      ::_exit(0);
    }
    pipe->write_end.reset();
    FrameReader reader;
    char words[512];
    for (ssize_t got = 0; (got = ::read(pipe->read_end.get(), words, sizeof words)) > 0;) {
      reader.feed(std::string_view(words, static_cast<std::size_t>(got)));
    }
    ::waitpid(forked->pid, nullptr, 0);
    pages_.give_back(start.page);
    if (reader.finished()) return {};
    if (!reader.entry_failure().empty()) return std::unexpected(reader.entry_error());
    return std::unexpected(Error{"start a guest in a cell: it ended without a word", 0, ""});
  }

  // By a child, which waits for the guest: an ordinary user's process that has forked into a pid
  // namespace can fork no guest without one any more, which would be blamed for what failed first.
  static Result<Forked> fork_guest_apart(const GuestStart& start) {
    start.pages.let_inherit(start.page, true);
    const pid_t pid = single_threaded_fork();
    start.pages.let_inherit(start.page, pid == 0);
    if (pid < 0) return failed("fork a process to try a guest");
    if (pid > 0) return Forked{pid, std::nullopt};
    auto forked = fork_guest(start);
    if (!forked) {
      tell(forked.error(), start.event_fd);
      ::_exit(1);
    }
    if (forked->guest) return forked;
    ::close(start.event_fd);
    ::waitpid(forked->pid, nullptr, 0);
    ::_exit(0);
  }

  // As the guest would, had there been one.
  static void tell(const Error& error, int event_fd) {
    ByteWriter words;
    words.number(std::int32_t{error.number});
    words.text(error.doing);
    words.text(error.hint);
    const FrameHead head{kFrameMagic, kEntryFailedFrame, 0, 0,
                         static_cast<std::uint32_t>(words.bytes().size())};
    const std::string frame =
        std::string(reinterpret_cast<const char*>(&head), sizeof head) + words.bytes();
    [[maybe_unused]] const ssize_t told = ::write(event_fd, frame.data(), frame.size());
  }

  CellBuilder& builder_;
  CellPages& pages_;
  bool apart_;
  std::uint32_t next_cell_ = kFirstProbeCell;
  std::uint64_t peak_memory_ = 0;
};

void lose(HostFacts& facts, Facility facility, const std::string& why) {
  facts.losses.push_back({facility, why, cure_for(facility, facts)});
}

// What failed says what to do where it knows; else the cure is that of the error, or the
// facility's.
void lose(HostFacts& facts, Facility facility, const Error& error) {
  facts.losses.push_back(
      {facility, Error{error.doing, error.number, ""}.text(),
       error.hint.empty() ? cure_for(facility, facts, error.number) : error.hint});
}

void lose_where_others_are_lost(HostFacts& facts, Facility facility) {
  for (const Facility needed : info_of(facility).needs) {
    if (facts.has(needed)) continue;
    return lose(facts, facility, fmt::format("there is no {}", facility_name(needed)));
  }
}

// Whether the cell that failed works with fewer views, or without any: many kernels have no
// overlayfs, and some file systems cannot be below one. That of the working directory is what
// counts.
bool works_with_fewer_views(Trial& trial, HostFacts& facts, const Error& error) {
  if (facts.views.empty() || !facts.has(Facility::kFileViews)) return false;
  const std::vector<FileView> all = facts.views;
  const auto dropped = std::erase_if(facts.views, [&](const FileView& view) {
    return !is_below(facts.working_directory, view.directory);
  });
  if (dropped > 0 && !facts.views.empty() && trial.run(facts)) return true;
  facts.views = all;
  lose(facts, Facility::kFileViews, error);
  if (trial.run(facts)) return true;
  facts.losses.pop_back();
  return false;
}

// Adds one facility at a time to a cell that has none, and keeps those that work.
void try_one_by_one(Trial& trial, HostFacts& facts) {
  const std::vector<Loss> lost_before = facts.losses;
  for (const FacilityInfo& info : facilities()) {
    const Facility facility = info.facility;
    if (is_default(facility) && facts.has(facility)) lose(facts, facility, "");
  }
  for (const FacilityInfo& info : facilities()) {
    const Facility facility = info.facility;
    if (!is_default(facility) ||
        std::ranges::find(lost_before, facility, &Loss::facility) != lost_before.end())
      continue;
    std::erase_if(facts.losses, [&](const Loss& loss) { return loss.facility == facility; });
    lose_where_others_are_lost(facts, facility);
    if (!facts.has(facility)) continue;
    if (auto tried = trial.run(facts); !tried) lose(facts, facility, tried.error());
  }
}

void try_request(Trial& trial, HostFacts& facts, Facility facility, const CellRequest& request) {
  if (facts.has(facility)) lose_where_others_are_lost(facts, facility);
  if (!facts.has(facility)) return;
  if (auto tried = trial.run(facts, request); !tried) lose(facts, facility, tried.error());
}

// What a cell may ask for beyond the default, in numbers that do not hurt.
void try_requests(Trial& trial, HostFacts& facts) {
  const std::span<const Cap> caps = cgroup_caps();
  for (auto cap = caps.begin(); cap != caps.end();) {
    const Facility facility = cap->facility;
    CellRequest request;
    bool is_any = false;
    for (; cap != caps.end() && cap->facility == facility; ++cap) {
      if (cap->ask_for_plenty == nullptr) continue;
      cap->ask_for_plenty(request.config, facts);
      is_any = true;
    }
    if (is_any) try_request(trial, facts, facility, request);
  }
  try_request(trial, facts, Facility::kTimeNamespace, {.clocks = ClockOffsets{60, 60}});
  try_request(trial, facts, Facility::kNetworkReuse, {CellConfig{}.with_reuse_network()});
}

// One cause, and so one cure.
void lose_everything(HostFacts& facts, const Error& error) {
  facts.losses.clear();
  facts.cgroups.clear();
  lose(facts, Facility::kUserNamespace, error);
  const Loss cause = facts.losses.front();
  for (const FacilityInfo& info : facilities()) {
    const Facility facility = info.facility;
    if (facility != cause.facility) facts.losses.push_back({facility, cause.why, cause.cure});
  }
}

// Whether an ordinary user's run gets its namespace, tried in a throw-away process: a half-made one
// could not be left again.
Result<void> try_run_namespace(const HostFacts& facts) {
  auto pipe = make_pipe();
  if (!pipe) return std::unexpected(pipe.error());
  const pid_t pid = single_threaded_fork();
  if (pid < 0) return failed("fork a process to try a user namespace");
  if (pid == 0) {
    const auto entered = enter_run_namespace(facts.uid, facts.gid);
    ByteWriter words;
    if (!entered) {
      words.number(std::int32_t{entered.error().number});
      words.text(entered.error().doing);
    }
    [[maybe_unused]] const ssize_t told =
        ::write(pipe->write_end.get(), words.bytes().data(), words.bytes().size());
    ::_exit(0);
  }
  pipe->write_end.reset();
  char bytes[512];
  const ssize_t got = ::read(pipe->read_end.get(), bytes, sizeof bytes);
  ::waitpid(pid, nullptr, 0);
  if (got <= 0) return {};
  ByteReader words({bytes, static_cast<std::size_t>(got)});
  const auto number = words.number<std::int32_t>();
  return std::unexpected(Error{std::string(words.text()), number, ""});
}

Result<void> own_cgroups(CellBuilder& builder, const HostFacts& facts) {
  if (auto made = builder.own_cgroups(facts.cgroups); !made) return made;
  return prepare_run_directories(facts);
}

// What a guest needs that does nothing, and half of that again for what an empty test does: pages
// that a test shares with the runner are the runner's. In whole MiB, because the kernel charges in
// batches of 64 pages for each processor, now more and now less.
Bytes smallest_memory(std::uint64_t peak) {
  constexpr std::uint64_t kStep = std::uint64_t{1} << 20;
  return Bytes{(peak + peak / 2 + kStep - 1) / kStep * kStep};
}

// What fails for want of what the run itself is short of says nothing of the host, and no test is
// to run with less than a cell because of it.
void note_want(Host& host, const Error& error) {
  if (!is_shortage_of_the_run(error.number)) return;
  const std::string cure = cure_for(Facility::kUserNamespace, host.facts, error.number);
  host.want = Error{error.doing, error.number, error.hint.empty() ? cure : error.hint};
}

}  // namespace

Host open_host(ProbeDepth depth, std::span<const std::string> shared) {
  Host host{gather_facts(), std::nullopt, std::nullopt};
  HostFacts& facts = host.facts;
  share_existing(facts.views, shared);
  need_instruments(facts, depth != ProbeDepth::kEverything);
  find_cgroups(facts);
  Result<void> run_namespace;
  if (!facts.privileged) {
    if (depth != ProbeDepth::kNothing) run_namespace = try_run_namespace(facts);
    if (run_namespace) run_namespace = enter_run_namespace(facts.uid, facts.gid);
  }
  auto builder = CellBuilder::start(facts.privileged ? Rights::kOwn : Rights::kOfRunNamespace);
  auto pages = CellPages::make(1);
  if (!builder || !pages) {
    const Error error = builder ? pages.error() : builder.error();
    note_want(host, error);
    lose_everything(facts, error);
    return host;
  }
  if (auto owned = own_cgroups(*builder, facts); !owned) {
    facts.cgroups.clear();
    for (const Cap& cap : cgroup_caps()) {
      if (facts.has(cap.facility)) lose(facts, cap.facility, owned.error());
    }
  }
  if (!run_namespace) {
    note_want(host, run_namespace.error());
    lose_everything(facts, run_namespace.error());
    return host;
  }
  if (depth == ProbeDepth::kNothing) {
    host.builder = std::move(*builder);
    return host;
  }
  Trial trial(*builder, *pages, !facts.privileged);
  auto tried = trial.run(facts);
  if (!tried && !works_with_fewer_views(trial, facts, tried.error())) {
    note_want(host, tried.error());
    if (!host.want || depth == ProbeDepth::kEverything) try_one_by_one(trial, facts);
  }
  facts.smallest_memory = smallest_memory(trial.peak_memory());
  if (depth == ProbeDepth::kEverything) try_requests(trial, facts);
  host.builder = std::move(*builder);
  return host;
}

}  // namespace cloister
