#include "framework/launch/template_side.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>

#include "framework/kernel/fd.h"
#include "framework/kernel/single_threaded_fork.h"
#include "framework/launch/cell_pages.h"
#include "framework/launch/cell_services.h"
#include "framework/launch/this_cell.h"
#include "framework/protocol/message.h"
#include "framework/protocol/template_message.h"

namespace cloister {
namespace {

void say(int link, const TemplateWord& word) {
  while (::send(link, &word, sizeof word, MSG_NOSIGNAL) < 0 && errno == EINTR) {
  }
}

TemplateWord word_of(TemplateNews news, std::string_view words = {}) {
  TemplateWord word{.news = news};
  words.copy(word.words, kTemplateWords - 1);
  return word;
}

// SIGCHLD arrives, and only in wait(): whatever the program has made of it.
class ChildSignal {
 public:
  ChildSignal() {
    struct sigaction heard{};
    heard.sa_handler = [](int) {};
    ::sigaction(SIGCHLD, &heard, &action_);
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    ::sigprocmask(SIG_BLOCK, &child, &mask_);
  }
  ChildSignal(const ChildSignal&) = delete;
  ChildSignal& operator=(const ChildSignal&) = delete;
  ~ChildSignal() {
    ::sigaction(SIGCHLD, &action_, nullptr);
    ::sigprocmask(SIG_SETMASK, &mask_, nullptr);
  }
  // For something to come from `fd`, or a child's end.
  void wait(int fd) const {
    sigset_t open = mask_;
    sigdelset(&open, SIGCHLD);
    pollfd wanted{fd, POLLIN, 0};
    ::ppoll(&wanted, 1, nullptr, &open);
  }
  const sigset_t& mask() const { return mask_; }

 private:
  struct sigaction action_{};
  sigset_t mask_{};
};

struct LivingFork {
  std::uint32_t cell = 0;
  pid_t pid = 0;
};

// An order with what came along.
struct Order {
  ForkOrder words{};
  std::vector<Fd> came;

  std::size_t expected() const {
    return std::size_t{2} + words.outputs + words.namespaces + words.cgroups;
  }
  const Fd& page() const { return came[0]; }
  const Fd& event() const { return came[1]; }
  const Fd& output(std::size_t place) const {
    return came[2 + std::min<std::size_t>(place, words.outputs - 1)];
  }
  std::vector<int> numbers(std::size_t from, std::size_t count) const {
    std::vector<int> numbers;
    numbers.reserve(count);
    for (std::size_t i = 0; i < count; ++i) numbers.push_back(came[from + i].get());
    return numbers;
  }
};

// Nothing if there is none yet; the order to go on also when the warden is gone.
std::optional<Order> receive(int link) {
  Order order;
  iovec data{&order.words, sizeof order.words};
  Message message(&data, 1);
  message.make_room();
  const ssize_t got = ::recvmsg(link, message.head(), MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
  for (int fd = 0; (fd = message.descriptor(order.came.size())) >= 0;) order.came.emplace_back(fd);
  if (got != static_cast<ssize_t>(sizeof order.words)) order.words.order = TemplateOrder::kTearDown;
  return order;
}

class Template {
 public:
  Template(const GuestSide& own, const std::vector<ReopenedFile>& files)
      : own_(own),
        files_(files),
        plan_(*plan_of_this_cell()),
        link_(own.descriptors().link),
        birthplace_(::open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC)) {
    std::error_code none;
    directory_ = std::filesystem::current_path(none).string();
  }

  std::optional<ForkedGuest> stand(TemplateKind kind, std::string_view why) {
    TemplateWord word = word_of(TemplateNews::kStands, why);
    word.number = static_cast<std::int32_t>(kind);
    say(link_, word);
    while (true) {
      reap();
      const auto order = receive(link_);
      if (!order) {
        child_signal_.wait(link_);
      } else if (order->words.order == TemplateOrder::kTearDown) {
        return std::nullopt;
      } else if (auto guest = fork(*order)) {
        return guest;
      }
    }
  }

 private:
  void reap() {
    std::erase_if(forks_, [this](const LivingFork& each) {
      TemplateWord word{.news = TemplateNews::kEnded, .cell = each.cell};
      if (::wait4(each.pid, &word.number, WNOHANG, &word.used) != each.pid) return false;
      say(link_, word);
      return true;
    });
  }

  void not_born(const Order& order, const char* doing) {
    TemplateWord word = word_of(TemplateNews::kNotBorn, doing);
    word.number = errno;
    word.cell = order.words.cell;
    say(link_, word);
  }

  std::optional<ForkedGuest> fork(const Order& order) {
    if (order.came.size() != order.expected() || order.words.namespaces == 0) {
      errno = EMFILE;
      not_born(order, "take over what a fork needs of its cell");
      return std::nullopt;
    }
    auto page = map_page(order.page());
    if (!page) {
      not_born(order, "map the page of a fork");
      return std::nullopt;
    }
    const TemplateRights rights;
    const std::size_t first = std::size_t{2} + order.words.outputs;
    if (::setns(order.came[first].get(), CLONE_NEWPID) != 0) {
      not_born(order, "enter the pid namespace of a cell");
      unmap_page(*page);
      return std::nullopt;
    }
    const pid_t pid = single_threaded_fork();
    if (pid == 0) return live_as_fork(order, *page);
    const int error = errno;
    ::setns(birthplace_.get(), CLONE_NEWPID);
    unmap_page(*page);
    errno = error;
    if (pid < 0) {
      not_born(order, "fork a guest from its template");
    } else {
      forks_.push_back({order.words.cell, pid});
    }
    return std::nullopt;
  }

  ForkedGuest live_as_fork(const Order& order, CellPage* page) {
    say(link_, {.news = TemplateNews::kBorn, .cell = order.words.cell});
    const GuestDescriptors& own = own_.descriptors();
    std::vector<int> closed = order.numbers(0, order.came.size());
    for (const int fd : {own.event, own.out, own.err, own.link, birthplace_.get()}) {
      if (fd >= 0) closed.push_back(fd);
    }
    const std::size_t first = std::size_t{2} + order.words.outputs;
    const auto namespaces = order.numbers(first + 1, order.words.namespaces - 1);
    const auto cgroups = order.numbers(first + order.words.namespaces, order.words.cgroups);
    const WayOfFork way{.namespaces = namespaces,
                        .cgroups = cgroups,
                        .files = files_,
                        .closed = closed,
                        .working_directory = directory_.c_str()};
    CellPages none;
    const GuestStart start{.cell = order.words.cell,
                           .plan = plan_,
                           .pages = none,
                           .page = page,
                           .event_fd = order.event().get(),
                           .out_fd = order.output(0).get(),
                           .err_fd = order.output(1).get(),
                           .null_fd = STDIN_FILENO,
                           .signal_mask = child_signal_.mask()};
    unmap_page(&own_.page());
    GuestSide side = enter_as_fork(start, way);
    set_this_cell(plan_, order.words.cell);
    // Closed by now; their numbers may be others'.
    for (const Fd& fd : order.came) const_cast<Fd&>(fd).release();
    birthplace_.release();
    start_services(plan_, side, Before::kTests);
    return {order.words.task, side};
  }

  const GuestSide& own_;
  const std::vector<ReopenedFile>& files_;
  const CellPlan& plan_;
  int link_;
  Fd birthplace_;
  std::string directory_;
  ChildSignal child_signal_;
  std::vector<LivingFork> forks_;
};

}  // namespace

TemplateRights::TemplateRights() {
  ::syscall(SYS_capget, &head_, before_);
  __user_cap_data_struct sets[2] = {before_[0], before_[1]};
  for (auto& half : sets) half.effective = half.permitted;
  ::syscall(SYS_capset, &head_, sets);
}

// In a fork that has entered its cell this changes nothing: the rights are gone for good.
TemplateRights::~TemplateRights() { ::syscall(SYS_capset, &head_, before_); }

std::optional<ForkedGuest> stand_still(const GuestSide& own, TemplateKind kind,
                                       std::string_view why,
                                       const std::vector<ReopenedFile>& files) {
  return Template(own, files).stand(kind, why);
}

void go_on_without_forks(GuestSide& own, std::string_view why) {
  say(own.descriptors().link, word_of(TemplateNews::kGoesOn, why));
  start_services(*plan_of_this_cell(), own, Before::kTests);
}

void refuse_to_stand(const GuestSide& own, std::string_view why) {
  const int link = own.descriptors().link;
  say(link, word_of(TemplateNews::kCannotStand, why));
  pollfd wanted{link, POLLIN, 0};
  while (::poll(&wanted, 1, -1) < 0 && errno == EINTR) {
  }
  std::ignore = receive(link);
}

}  // namespace cloister
