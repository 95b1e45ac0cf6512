#include "framework/config/service.h"

#include <gtest/gtest.h>

#include "framework/config/config_file.h"

namespace cloister {
namespace {

using namespace std::chrono_literals;

ServiceEntry read_service(const std::string& keys) {
  const auto file = parse_config("[[service]]\n" + keys, "/project/cloister.toml", {});
  EXPECT_TRUE(file) << file.error();
  return file ? *file->top.services.at(0) : ServiceEntry{};
}

std::string service_error_of(const std::string& keys) {
  const auto file = parse_config("[[service]]\n" + keys, "c.toml", {});
  return file ? "no error" : file.error();
}

TEST(ServiceEntry, IsACommandAndDefaults) {
  const ServiceEntry service = read_service("command = ['redis-server', '--port', '6379']");
  EXPECT_EQ(service.command, (std::vector<std::string>{"redis-server", "--port", "6379"}));
  EXPECT_EQ(service.name, "redis-server");
  EXPECT_EQ(service.origin, "/project/cloister.toml:1");
  EXPECT_EQ(service.per, ServicePer::kCell);
  EXPECT_EQ(service.ready_within, 30s);
  EXPECT_EQ(service.stop_signal, SIGTERM);
  EXPECT_TRUE(service.tests.matches("Any.Test"));
  EXPECT_FALSE(service.ready.port);
}

TEST(ServiceEntry, HasWhatTheFileSays) {
  const ServiceEntry service = read_service(R"(
command = ["x"]
filter = "Bus*.*"
optional = true
name = "bus"
per = "run"
ready_within = "5s"
stop_signal = "SIGINT"
stop_within = 2
)");
  EXPECT_TRUE(service.tests.matches("BusTest.Connects"));
  EXPECT_FALSE(service.tests.matches("Other.Test"));
  EXPECT_EQ(service.filter, "Bus*.*");
  EXPECT_EQ(service.place.line, 4U);
  EXPECT_TRUE(service.optional);
  EXPECT_EQ(service.name, "bus");
  EXPECT_EQ(service.per, ServicePer::kRun);
  EXPECT_EQ(service.ready_within, 5s);
  EXPECT_EQ(service.stop_signal, SIGINT);
  EXPECT_EQ(service.stop_within, 2s);
}

TEST(ServiceEntry, IsReadyInEveryWay) {
  const ServiceReady ready = read_service(R"(
command = ["x"]
ready.port = 6379
ready.unix_socket = "/tmp/bus"
ready.log_line = "up"
ready.http = "http://[::1]:8080/health"
ready.status = 204
)")
                                 .ready;
  EXPECT_EQ(ready.port, 6379);
  EXPECT_EQ(ready.unix_socket, "/tmp/bus");
  EXPECT_EQ(ready.log_line, "up");
  EXPECT_EQ(ready.http, "http://[::1]:8080/health");
  EXPECT_EQ(ready.status, 204);
}

TEST(ServiceEntry, HasItsVariablesInTheirOrder) {
  const ServiceEntry service = read_service("command = ['x']\nenv = { B = '1', A = '' }");
  EXPECT_EQ(service.env, (std::vector<std::pair<std::string, std::string>>{{"B", "1"}, {"A", ""}}));
}

TEST(ServiceEntry, HasPathsBelowTheFile) {
  const ServiceEntry service = read_service("command = ['tools/server']\ndirectory = 'data'");
  EXPECT_EQ(service.command.front(), "/project/tools/server");
  EXPECT_EQ(service.directory, "/project/data");
  EXPECT_EQ(service.name, "server");
}

TEST(ServiceEntry, OfAProfileIsRead) {
  const auto file = parse_config("[[profile.ci.service]]\ncommand = ['x']", "c.toml", {});
  ASSERT_TRUE(file) << file.error();
  EXPECT_EQ(file->profiles.at("ci").services.size(), 1U);
}

TEST(ServiceEntry, WithoutACommandIsAnError) {
  EXPECT_EQ(service_error_of("filter = '*'"),
            "c.toml:1:1: this service has no command; it takes the program and its arguments, such "
            "as command = [\"redis-server\", \"--port\", \"6379\"]");
}

TEST(ServiceEntry, WithAnUnknownKeyIsAnError) {
  EXPECT_EQ(service_error_of("command = ['x']\nreadywithin = '1s'"),
            "c.toml:3:1: a service has no 'readywithin'; did you mean 'ready_within'?");
  EXPECT_EQ(service_error_of("command = ['x']\nready = { socket = 'x' }"),
            "c.toml:3:11: a service has no 'ready.socket'; there are filter, optional, command, "
            "name, directory, per, ready.port, ready.unix_socket, ready.log_line, ready.http, "
            "ready.status, ready_within, stop_signal, stop_within, env");
}

TEST(ServiceEntry, WithAWrongValueIsAnError) {
  const std::pair<const char*, const char*> wrong[] = {
      {"command = 'redis-server'",
       "2:11: 'command' of a service holds 'redis-server'; it takes an array of strings: the "
       "program and its arguments"},
      {"command = []", "2:11: 'command' of a service holds an array; it takes an array of strings"},
      {"command = ['x', 1]", "2:11: 'command' of a service holds an array"},
      {"filter = ''", "2:10: 'filter' of a service holds ''; it takes a filter of test names"},
      {"optional = 'true'", "2:12: 'optional' of a service holds 'true'; it takes true"},
      {"per = 'suite'",
       "2:7: 'per' of a service holds 'suite'; it takes 'cell', 'template' or 'run'"},
      {"ready = 6379",
       "2:9: 'ready' of a service holds '6379'; it takes a table such as { port = 6379 }"},
      {"ready.port = 65536", "'65536'; it takes a whole number from 1 to 65535"},
      {"ready.unix_socket = 'bus'", "'bus'; it takes the absolute path of a socket"},
      {"ready.http = 'https://localhost/'", "it takes a URL such as http://127.0.0.1:8080/health"},
      {"ready.http = 'http://example.org/'", "with an address or localhost"},
      {"ready.status = 99", "it takes a status of HTTP from 100 to 999"},
      {"ready.log_line = ''", "it takes a text that the service prints when it is ready"},
      {"ready.port = { number = 1 }", "'ready.port' holds a table; it takes a text or a number"},
      {"ready_within = 0", "it takes a time such as '30s', longer than 0"},
      {"stop_signal = 'TERM'", "it takes the name of a signal such as 'SIGTERM'"},
      {"env = 'A=1'", "'env' of a service holds 'A=1'; it takes a table of strings"},
      {"env = { A = 1 }", "'env.A' of a service holds '1'; it takes a table of strings"},
  };
  for (const auto& [keys, error] : wrong)
    EXPECT_NE(service_error_of(keys).find(error), std::string::npos) << service_error_of(keys);
}

TEST(ServiceEntry, ThatIsNoTableIsAnError) {
  const auto file = parse_config("service = 'redis'", "c.toml", {});
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error(),
            "c.toml:1:11: 'service' holds a string; it takes tables, each written [[service]]");
}

TEST(ServiceEntry, IsNamedWithItsPlace) {
  EXPECT_EQ(service_words(read_service("command = ['x']")),
            "the service 'x' (/project/cloister.toml:1)");
}

}  // namespace
}  // namespace cloister
