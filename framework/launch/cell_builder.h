// The run's side of the builder: starts it, asks for cells, hears of them. One per run, used by the
// watch loop (watch/) and by the probe (host/). Never blocks except in start(), own_cgroups() and
// wait_for_news(): what the builder has no room for is kept here until send_kept().
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

// The init of a standing cell, as its guest needs it to get in and its warden to end it.
struct Init {
  pid_t pid = -1;
  Fd pidfd;
  Fd views;  // what is written in the cell's views is below this directory; none where it has none
};

struct BuilderNews {
  const BuilderReply& words;  // until there is more news
  Fd init_pidfd;              // with Reply::kBuilt
  Fd views;                   // likewise, where the cell has any
};

// Where the rights come from that cells are made with.
enum class Rights : std::uint8_t {
  kOwn,             // the caller is privileged
  kOfRunNamespace,  // enter_run_namespace(); the user is 0 to the builder in there
};

class CellBuilder {
 public:
  // Turns the calling process into the builder, and returns in a new child of it. The builder ends
  // when that child has ended and everything is cleaned up, with its exit status, or 128 and the
  // number of the signal that killed it. An ordinary user's process must be inside its own user
  // namespace by now (enter_run_namespace), because the cells' namespaces become that one's
  // children. On an Error that came before the fork, this returns in the calling process itself.
  static Result<CellBuilder> start(Rights rights);

  // An Error for a limit of the calling process that its image does not fit into.
  static Result<void> check_limits();

  CellBuilder(CellBuilder&&) = default;
  CellBuilder& operator=(CellBuilder&&) = default;

  // Makes the run directories of these; when the run ends, the builder removes them and undoes what
  // was done to their groups.
  Result<void> own_cgroups(std::span<const CgroupBase> bases);

  // `guest_pid` is that of the first process born in the cell, where the kernel can have it so; 0
  // is any.
  Result<void> build(std::uint32_t cell, pid_t guest_pid, const SharedPlan& plan);
  Result<void> dismantle(std::uint32_t cell);

  // Readable when there is news; to be written to while any request is kept.
  const Fd& socket() const { return socket_; }
  bool keeps_requests() const { return !kept_.empty(); }
  Result<void> send_kept();
  // The next news, if any has come. An Error means that the builder is gone.
  Result<std::optional<BuilderNews>> news();
  // Waits for it.
  Result<BuilderNews> wait_for_news();

 private:
  CellBuilder(Fd socket, Unforked<BuilderReply> words, Rights rights)
      : socket_(std::move(socket)), words_(std::move(words)), rights_(rights) {}
  // False when there is no room for it.
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
  SharedPlan encoded_plan_;  // the last one, and its bytes
  std::string encoded_;
};

// Makes the calling process, which must have no other thread, root over namespaces of its own: an
// ordinary user's way to the rights that a cell is made with. Its user and group stay what they
// are.
Result<void> enter_run_namespace(uid_t uid, gid_t gid);

}  // namespace cloister
