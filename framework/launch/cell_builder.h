// The run's side of the builder: starts it, asks for cells, and receives its news. One per run,
// used by the watch loop (watch/) and by the probe (host/). Never blocks except in start(),
// own_cgroups() and wait_for_news(): requests that do not fit in the socket are kept until
// send_kept().
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>

#include "framework/kernel/error.h"
#include "framework/kernel/fd.h"
#include "framework/kernel/unforked.h"
#include "framework/plan/plan.h"
#include "framework/protocol/protocol.h"

namespace cloister {

// The init of a standing cell: what its guest needs to enter, and its warden to end it.
struct Init {
  pid_t pid = -1;
  Fd pidfd;
  Fd views;  // what is written in the cell's views is below this directory; none if it has none
};

struct BuilderNews {
  const BuilderReply& words;  // valid until there is more news
  Fd init_pidfd;              // with Reply::kBuilt
  Fd views;                   // likewise, if the cell has any
};

// Where the rights to make cells come from.
enum class Rights : std::uint8_t {
  kOwn,             // the caller is privileged
  kOfRunNamespace,  // enter_run_namespace(); there the builder sees the user as 0
};

class CellBuilder {
 public:
  // Turns the calling process into the builder, and returns in a new child of it. The builder ends
  // when that child has ended and everything is cleaned up. Its exit status is the child's, or 128
  // plus the number of the signal that killed it. An ordinary user's process must already be in its
  // own user namespace (enter_run_namespace), because the cells' namespaces become children of
  // that. If an Error occurs before the fork, this returns in the calling process itself.
  static Result<CellBuilder> start(Rights rights);

  // An Error if the builder's image does not fit into a limit of the calling process.
  static Result<void> check_limits();

  CellBuilder(CellBuilder&&) noexcept = default;
  CellBuilder& operator=(CellBuilder&&) noexcept = default;

  // Makes the run directories of these. When the run ends, the builder removes them and undoes the
  // changes to their groups.
  Result<void> own_cgroups(std::span<const CgroupBase> bases);

  // `guest_pid` is the pid of the first process born in the cell, if the kernel can set it; 0 is
  // any. `within` is the cell of the template that its guest will be a fork of.
  Result<void> build(std::uint32_t cell, pid_t guest_pid, const SharedPlan& plan,
                     std::uint32_t within = kNoTemplate);
  Result<void> dismantle(std::uint32_t cell);

  // Readable when there is news. Poll it for writing while any request is kept.
  const Fd& socket() const { return socket_; }
  bool keeps_requests() const { return !kept_.empty(); }
  Result<void> send_kept();
  // The next news, if there is any. An Error means that the builder is gone.
  Result<std::optional<BuilderNews>> news();
  // Waits for it.
  Result<BuilderNews> wait_for_news();

 private:
  CellBuilder(Fd socket, Unforked<BuilderReply> words, Rights rights)
      : socket_(std::move(socket)), words_(std::move(words)), rights_(rights) {}
  // False if there is no room for it.
  Result<bool> try_to_send(std::string_view request, int descriptor);
  Result<void> send(const RequestHead& head, std::string_view payload, Fd descriptor = Fd());
  Result<void> send_witness();

  Fd socket_;
  Unforked<BuilderReply> words_;
  Rights rights_;
  struct KeptRequest {
    std::string request;
    Fd descriptor;
  };
  std::deque<KeptRequest> kept_;
  bool has_witness_ = false;
  SharedPlan encoded_plan_;  // of the last plan
  std::string encoded_;
};

// Makes the calling process, which must be single-threaded, root over its own namespaces. That
// gives an ordinary user the rights to make cells. Its user and group stay the same.
Result<void> enter_run_namespace(uid_t uid, gid_t gid);

}  // namespace cloister
