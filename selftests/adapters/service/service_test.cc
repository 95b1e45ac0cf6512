// What a service is given, how it ends, and who may end it.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "selftests/adapters/service/serving.h"

namespace cloister::selftests {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// A zombie is there, too.
bool is_there(pid_t process) { return ::kill(process, 0) == 0; }

bool is_alive(pid_t process) {
  std::ifstream stat("/proc/" + std::to_string(process) + "/stat");
  std::string text;
  std::getline(stat, text);  // nothing, if it ends meanwhile
  const std::size_t end = text.rfind(") ");
  return end != std::string::npos && text[end + 2] != 'Z' && text[end + 2] != 'X';
}

bool dies(pid_t process) {
  for (const auto end = steady_clock::now() + 5s; steady_clock::now() < end;) {
    if (!is_alive(process)) return true;
    std::this_thread::sleep_for(1ms);
  }
  return false;
}

pid_t child_in(const std::string& log) { return std::stoi(log.substr(log.find("child ") + 6)); }

TEST(Service, EndsBySIGTERMWhenItIsDestroyed) {
  pid_t process = 0;
  {
    Service service(serving({"say=ready"}));
    process = service.pid();
    EXPECT_TRUE(is_alive(process));
    EXPECT_EQ(getsid(process), process);
    EXPECT_TRUE(service.is_running());
    EXPECT_FALSE(service.ended());
  }
  EXPECT_FALSE(is_there(process));  // and is no zombie
}

TEST(Service, SaysHowItWasStopped) {
  Service service(serving({"say=ready"}));
  EXPECT_EQ(service.stop().signal, SIGTERM);
  EXPECT_EQ(to_string(service.stop()), "was killed by SIGTERM (Terminated)");  // also twice
  EXPECT_FALSE(service.is_running());
  EXPECT_EQ(service.pid(), 0);
}

TEST(Service, StopsByTheSignalThatItIsTold) {
  ServiceConfig config = serving({"say=ready"});
  config.stop_signal = SIGINT;
  EXPECT_EQ(Service(config).stop().signal, SIGINT);
}

TEST(Service, IsKilledWhenItDoesNotHeedItsSignal) {
  ServiceConfig config = serving({"deaf=15", "say=ready"});
  config.stop_within = 50ms;
  Service service(config);
  const auto start = steady_clock::now();
  EXPECT_EQ(service.stop().signal, SIGKILL);
  EXPECT_GE(steady_clock::now() - start, 50ms);
  EXPECT_LT(steady_clock::now() - start, 5s);
}

TEST(Service, CrashesWhenItIsKilled) {
  Service service(serving({"deaf=15", "say=ready"}));
  EXPECT_EQ(service.kill().signal, SIGKILL);
}

TEST(Service, LeavesNoChildOfItsGroup) {
  Service stopped(serving({"child", "say=ready"}));
  const pid_t child = child_in(stopped.log());
  ASSERT_TRUE(is_alive(child));
  stopped.stop();
  EXPECT_TRUE(dies(child));
}

TEST(Service, LeavesNoChildWhenItEndsByItself) {
  Service service(serving({"child", "say=ready", "await", "raise=6"}));
  ::kill(service.pid(), SIGUSR2);
  while (service.is_running()) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(service.ended()->signal, SIGABRT);
  EXPECT_TRUE(dies(child_in(service.log())));
}

TEST(Service, ThatEndedByItselfSaysSo) {
  Service service(serving({"say=ready", "await", "say=out of disk", "exit=7"}));
  ::kill(service.pid(), SIGUSR2);
  while (service.is_running()) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(service.ended()->status, 7);
  try {
    service.stop();
    ADD_FAILURE() << "nothing was thrown";
  } catch (const ServiceError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("cannot stop guest_serving: it has ended by itself: "
                                              "it exited with status 7; see its log\nits log ("),
                                    HasSubstr("\n  | out of disk")));
  }
}

TEST(Service, OfWhichTheTestHasTakenTheStatusStillEnds) {
  Service service(serving({"say=ready"}));
  const pid_t process = service.pid();
  ::kill(process, SIGKILL);
  EXPECT_EQ(waitpid(process, nullptr, 0), process);
  EXPECT_FALSE(service.is_running());
  EXPECT_EQ(to_string(service.ended().value()),
            "ended (something else in the test has taken its status)");
}

// As a death test of GoogleTest does: the child has a copy of the object.
TEST(Service, OutlivesAForkThatDestroysIt) {
  auto service = std::make_unique<Service>(serving({"say=ready"}));
  const pid_t child = fork();
  if (child == 0) {
    int refused = 0;
    try {
      service->stop();
    } catch (const ServiceError&) {
      refused = 1;
    }
    const bool running = service->is_running();
    service.reset();
    _exit(refused == 1 && running ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(service->is_running());
  EXPECT_TRUE(std::filesystem::exists(service->log_file()));
  EXPECT_EQ(service->stop().signal, SIGTERM);
}

TEST(ServiceDeathTest, AndItsServiceGoOn) {
  Service service(serving({"say=ready"}));
  EXPECT_EXIT(
      {
        const Service moved = std::move(service);
        std::exit(3);
      },
      testing::ExitedWithCode(3), "");
  EXPECT_TRUE(service.is_running());
}

TEST(Service, MovesWithItsProcess) {
  std::vector<Service> services;
  for (int i = 0; i < 3; ++i) services.emplace_back(serving({"say=ready"}));
  for (Service& each : services) EXPECT_TRUE(each.is_running());
  const pid_t first = services[0].pid();
  services[0] = std::move(services[1]);
  EXPECT_FALSE(is_there(first));
  EXPECT_TRUE(services[0].is_running());
}

TEST(Service, StartedByAThreadOutlivesIt) {
  std::optional<Service> service;
  std::thread([&service] { service.emplace(serving({"say=ready"})); }).join();
  std::this_thread::sleep_for(20ms);
  EXPECT_TRUE(service->is_running());
}

// As a test that crashes: nothing is destroyed.
[[noreturn]] void start_and_crash(int tell) {
  try {
    ServiceConfig config = serving({"say=ready"});
    config.log_file = "/dev/null";
    config.ready = {};
    const Service service(config);
    const pid_t process = service.pid();
    _exit(write(tell, &process, sizeof process) == sizeof process ? 0 : 1);
  } catch (const ServiceError&) {
    _exit(2);
  }
}

TEST(Service, EndsWithTheProcessThatStartedIt) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t test = fork();
  if (test == 0) start_and_crash(ends[1]);
  close(ends[1]);
  pid_t process = 0;
  ASSERT_EQ(read(ends[0], &process, sizeof process), static_cast<ssize_t>(sizeof process));
  waitpid(test, nullptr, 0);
  EXPECT_TRUE(dies(process));
  close(ends[0]);
}

int exit_handler_ran[2] = {-1, -1};
pid_t owner_of_exit_handler = 0;

TEST(Service, ThatCannotBeExecutedLeavesNothingAndCallsNoHandlerOfTheTest) {
  ASSERT_EQ(pipe2(exit_handler_ran, O_NONBLOCK | O_CLOEXEC), 0);
  owner_of_exit_handler = getpid();
  atexit([] {
    if (getpid() != owner_of_exit_handler && write(exit_handler_ran[1], "x", 1) != 1) abort();
  });
  const std::string file = testing::TempDir() + "no_program-" + std::to_string(getpid());
  std::ofstream(file) << "neither a script nor a program";
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  ServiceConfig config;
  config.command = {file};
  EXPECT_THAT(error_of(config), AllOf(HasSubstr("cannot start no_program-"),
                                      HasSubstr("executing '" + file +
                                                "' failed: Exec format error; try it in a shell")));
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "there is a child";
  char ran = 0;
  EXPECT_EQ(read(exit_handler_ran[0], &ran, 1), -1);
  std::filesystem::remove(file);
  for (const auto& each :
       std::filesystem::directory_iterator(std::filesystem::temp_directory_path()))
    EXPECT_THAT(each.path().filename(),
                Not(testing::StartsWith("cloister-no_program-" + std::to_string(getpid()))));
}

TEST(Service, HasNoDescriptorOfTheTest) {
  const int leaked = open("/dev/zero", O_RDONLY);  // without O_CLOEXEC
  const int high = fcntl(leaked, F_DUPFD, 700);
  const Service service(serving({"descriptors", "say=ready"}));
  close(leaked);
  close(high);
  EXPECT_EQ(service.log(), "fd 0\nfd 1\nfd 2\nstdin /dev/null\nready\n");
}

TEST(Service, LeavesNoDescriptorInTheTest) {
  const auto count = [] {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return std::distance(begin(all), end(all));
  };
  const auto before = count();
  {
    const Service service(serving({"say=ready"}));
  }
  error_of(serving({"exit=1"}));
  EXPECT_EQ(count(), before);
}

TEST(Service, HasWhatTheTestLacks) {
  const int kept = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
  close(STDIN_FILENO);
  {
    const Service service(serving({"descriptors", "say=ready"}));
    EXPECT_THAT(service.log(), HasSubstr("stdin /dev/null\nready\n"));
  }
  dup2(kept, STDIN_FILENO);
  close(kept);
}

TEST(Service, HasSignalsAsAtAStart) {
  sigset_t mask;
  sigemptyset(&mask);
  sigaddset(&mask, SIGUSR1);
  sigprocmask(SIG_BLOCK, &mask, nullptr);
  const auto before = signal(SIGPIPE, SIG_IGN);
  const Service service(serving({"signals", "say=ready"}));
  EXPECT_THAT(service.log(), HasSubstr("SIGUSR1 blocked: 0, SIGPIPE ignored: 0\n"));
  signal(SIGPIPE, before);
  sigprocmask(SIG_UNBLOCK, &mask, nullptr);
}

TEST(Service, HasVariablesInAdditionToTheTests) {
  setenv("OF_THE_TEST", "1", 1);
  setenv("OF_BOTH", "1", 1);
  ServiceConfig config =
      serving({"variable=OF_THE_TEST", "variable=OF_BOTH", "variable=ITS_OWN", "say=ready"});
  config.environment = {{"OF_BOTH", "2"}, {"ITS_OWN", "a b"}};
  EXPECT_EQ(Service(config).log(), "OF_THE_TEST=1\nOF_BOTH=2\nITS_OWN=a b\nready\n");
}

TEST(Service, HasTheDirectoryThatItIsTold) {
  ServiceConfig config = serving({"directory", "say=ready"});
  config.directory = "/usr";
  EXPECT_EQ(Service(config).log(), "/usr\nready\n");
}

TEST(Service, IsNeverBlockedByWhatItPrints) {
  const Service service(serving({"flood=20", "say=ready"}));
  EXPECT_EQ(service.log().size(), std::size_t{16} << 20);  // the end of it
  EXPECT_THAT(service.log().substr((16 << 20) - 6), "ready\n");
}

TEST(Service, RemovesItsLogButNotOneThatTheTestNamed) {
  std::string own;
  ServiceConfig config = serving({"say=ready"});
  {
    const Service service(config);
    own = service.log_file();
    EXPECT_TRUE(std::filesystem::exists(own));
  }
  EXPECT_FALSE(std::filesystem::exists(own));
  config.log_file = "/tmp/named-" + std::to_string(getpid()) + ".log";
  {
    const Service service(config);
  }
  {
    const Service service(config);
  }
  std::ifstream log(config.log_file);
  EXPECT_EQ(std::string((std::istreambuf_iterator<char>(log)), {}), "ready\n");  // emptied
  std::filesystem::remove(config.log_file);
}

TEST(FreePort, IsOneThatAServiceCanHave) {
  const std::uint16_t number = free_port();
  EXPECT_NE(number, 0);
  const Service service(serving({"listen=" + std::to_string(number)}, port(number)));
}

}  // namespace
}  // namespace cloister::selftests
