// The warden's side of a template: tells it which guests to fork, and hears of them. Never blocks.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "framework/kernel/error.h"
#include "framework/kernel/fd.h"
#include "framework/plan/plan.h"
#include "framework/protocol/template_message.h"

namespace cloister {

// What a fork needs of its cell and its streams; all is open in the warden.
struct ForkNeeds {
  std::uint32_t cell = 0;
  std::uint32_t task = 0;
  int page = -1;
  int event = -1;
  std::span<const int> outputs{};  // one or two
  std::span<const Fd> namespaces{};
  std::span<const Fd> cgroups{};
};

// The namespaces of a cell that was made in that of its template, by its init: that of pids first.
Result<std::vector<Fd>> open_namespaces(const CellPlan& plan, pid_t init);

// The sockets of a link; the guest's end is `theirs`.
Result<SocketPair> make_template_sockets();

struct TemplateSays {
  TemplateWord word;
  pid_t sender = 0;  // as the warden sees it
};

class TemplateLink {
 public:
  explicit TemplateLink(Fd socket) : socket_(std::move(socket)) {}

  const Fd& socket() const { return socket_; }
  Result<void> fork(const ForkNeeds& needs);
  void go_on();
  // The next word, if there is one. The socket is closed when there will be no more.
  std::optional<TemplateSays> hear();

 private:
  Fd socket_;
};

}  // namespace cloister
