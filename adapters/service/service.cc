// A service from its start to its end. State owns the process; whatever way it goes, its destructor
// leaves nothing behind.
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <system_error>
#include <utility>

#include <cloister/service.h>

#include "adapters/service/child.h"
#include "adapters/service/googletest.h"
#include "adapters/service/log.h"
#include "adapters/service/program.h"

namespace cloister {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Between two looks. Most servers are ready after some milliseconds; one that takes longer is not
// to be disturbed.
constexpr milliseconds kFirstPause{1};
constexpr milliseconds kLongestPause{20};
constexpr std::size_t kMostLog = std::size_t{16} << 20;

std::string to_text(milliseconds time) {
  if (time < std::chrono::seconds(1)) return std::to_string(time.count()) + " ms";
  const auto tenths = time.count() / 100;
  const std::string fraction = tenths % 10 == 0 ? "" : "." + std::to_string(tenths % 10);
  return std::to_string(tenths / 10) + fraction + " s";
}

std::string signal_name(int number) {
  const char* name = ::sigabbrev_np(number);
  return name != nullptr ? std::string("SIG") + name : "signal " + std::to_string(number);
}

milliseconds since(steady_clock::time_point start) {
  return std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
}

std::string name_of(const ServiceConfig& config) {
  if (!config.name.empty() || config.command.empty()) return config.name;
  return std::filesystem::path(config.command.front()).filename();
}

}  // namespace

std::string to_string(const ServiceEnd& end) {
  if (end.status) return "exited with status " + std::to_string(*end.status);
  if (!end.signal) return "ended (something else in the test has taken its status)";
  const char* words = ::sigdescr_np(*end.signal);
  return "was killed by " + signal_name(*end.signal) +
         (words != nullptr ? std::string(" (") + words + ")" : "");
}

class Service::State {
 public:
  explicit State(ServiceConfig config) : config_(std::move(config)), name_(name_of(config_)) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State();

  void start();
  void wait_until_ready();
  std::optional<ServiceEnd> ended();
  ServiceEnd stop(bool at_once);
  pid_t pid() const { return child_ && !child_->has_ended() ? child_->pid() : 0; }
  const std::string& log_path() const { return log_path_; }

 private:
  bool is_ours() const { return ::getpid() == owner_; }
  void refuse_what_is_there_already();
  void end(bool at_once);
  std::string state_at_the_end() const;
  [[noreturn]] void not_ready(const std::string& why);
  [[noreturn]] void fail(const std::string& text) const { throw ServiceError(text); }

  ServiceConfig config_;
  std::string name_;
  pid_t owner_ = ::getpid();
  int exceptions_ = std::uncaught_exceptions();
  std::string log_path_{};
  std::optional<service::Child> child_{};
  std::optional<ServiceEnd> end_{};
  bool told_to_end_ = false;  // before it ended
  bool ran_out_of_time_ = false;
  bool log_is_told_ = false;
};

void Service::State::start() {
  service::need_googletest();
  const std::string program = service::find_program(
      config_.command.empty() ? "" : config_.command.front(), config_.environment);
  std::error_code ignored;
  if (!config_.directory.empty() && !std::filesystem::is_directory(config_.directory, ignored))
    fail("cannot start " + name_ + ": there is no directory '" + config_.directory +
         "'; make it, or correct ServiceConfig::directory");
  refuse_what_is_there_already();
  service::LogFile log =
      config_.log_file.empty() ? service::make_log(name_) : service::open_log(config_.log_file);
  log_path_ = log.path;
  try {
    child_.emplace(service::Start{
        .program = program,
        .arguments = {config_.command.begin() + 1, config_.command.end()},
        .environment = service::whole_environment(config_.environment),
        .directory = config_.directory,
        .output = log.file.get(),
        .signal_if_orphaned = config_.stop_signal,
    });
  } catch (const std::system_error& error) {
    fail("cannot start " + name_ + ": executing '" + program +
         "' failed: " + error.code().message() + "; try it in a shell");
  }
}

void Service::State::refuse_what_is_there_already() {
  for (Ready::Condition& each : config_.ready.conditions) {
    if (each.must_be_new && each.lacks("").empty())
      fail("cannot start " + name_ + ": " + each.what +
           " is there already, by something else; end that, or run the test in a cell, where every "
           "port is free");
  }
}

void Service::State::wait_until_ready() {
  const auto start = steady_clock::now();
  std::vector<Ready::Condition>& conditions = config_.ready.conditions;
  auto next = conditions.begin();
  std::string lacks;
  for (milliseconds pause = kFirstPause;; pause = std::min(2 * pause, kLongestPause)) {
    while (next != conditions.end() && (lacks = next->lacks(log_path_)).empty()) ++next;
    const bool ready = next == conditions.end();
    end_ = child_->end_within(ready ? milliseconds(0) : pause);
    if (end_) {
      const bool daemon = end_->status == 0;
      not_ready("it " + to_string(*end_) + " after " + to_text(since(start)) +
                (ready ? "" : " of waiting for " + next->what) +
                (daemon ? "; if it went into the background, tell it to stay in the foreground"
                        : "; see its log"));
    }
    if (ready) return;
    if (since(start) >= config_.ready_within)
      not_ready("waited " + to_text(config_.ready_within) + " for " + next->what + " (" + lacks +
                "); see its log, or give it longer by ServiceConfig::ready_within");
  }
}

void Service::State::not_ready(const std::string& why) {
  end(true);
  log_is_told_ = true;
  fail(name_ + " did not become ready: " + why + "\n" + service::quote_log(log_path_));
}

std::optional<ServiceEnd> Service::State::ended() {
  if (!end_ && child_ && is_ours()) end_ = child_->end_within(milliseconds(0));
  return end_;
}

void Service::State::end(bool at_once) {
  if (ended() || !child_) return;
  told_to_end_ = true;
  if (!at_once) {
    child_->signal(config_.stop_signal);
    end_ = child_->end_within(config_.stop_within);
    ran_out_of_time_ = !end_;
  }
  if (!end_) end_ = child_->kill();
}

ServiceEnd Service::State::stop(bool at_once) {
  if (!is_ours())
    fail("cannot stop " + name_ + " in process " + std::to_string(::getpid()) + ": process " +
         std::to_string(owner_) + " has started it; stop it there");
  end(at_once);
  if (!told_to_end_)
    fail("cannot stop " + name_ + ": it has ended by itself: it " + to_string(*end_) +
         "; see its log\n" + service::quote_log(log_path_));
  return *end_;
}

std::string Service::State::state_at_the_end() const {
  if (!told_to_end_) return "had ended by itself: it " + to_string(*end_);
  if (ran_out_of_time_)
    return "did not end within " + to_text(config_.stop_within) + " of " +
           signal_name(config_.stop_signal) + " and was killed";
  return "was told to end, and " + to_string(*end_);
}

Service::State::~State() {
  if (!is_ours()) return;
  end(false);
  const bool failed = service::test_has_failed() || std::uncaught_exceptions() > exceptions_;
  if (failed && child_ && !log_is_told_)
    service::attach_to_test(name_, "cloister: " + name_ + " " + state_at_the_end() + "\n" +
                                       service::quote_log(log_path_));
  const bool wanted = child_ && (failed || log_is_told_);
  std::error_code ignored;
  if (!wanted && config_.log_file.empty() && !log_path_.empty())
    std::filesystem::remove(log_path_, ignored);
}

Service::Service(ServiceConfig config) : state_(std::make_unique<State>(std::move(config))) {
  state_->start();
  state_->wait_until_ready();
}
Service::Service(Service&& other) noexcept = default;
Service& Service::operator=(Service&& other) noexcept = default;
Service::~Service() = default;

bool Service::is_running() { return pid() != 0; }
std::optional<ServiceEnd> Service::ended() { return state_ ? state_->ended() : std::nullopt; }
ServiceEnd Service::stop() { return state_ ? state_->stop(false) : ServiceEnd{}; }
ServiceEnd Service::kill() { return state_ ? state_->stop(true) : ServiceEnd{}; }
int Service::pid() const { return state_ ? state_->pid() : 0; }
std::string Service::log() const { return service::read_end(log_file(), kMostLog); }
const std::string& Service::log_file() const {
  static const std::string none;
  return state_ ? state_->log_path() : none;
}

}  // namespace cloister
