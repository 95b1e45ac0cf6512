#include "framework/config/service.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <string.h>

#include <algorithm>
#include <array>
#include <climits>

#include "framework/config/amounts.h"
#include "framework/config/closest_name.h"
#include "framework/connect/connect.h"

namespace cloister {
namespace {

constexpr std::string_view kEnvironment = "env.";
constexpr std::string_view kEnvironmentTakes =
    "a table of strings, such as { DISPLAY = \":1\" }; a name has no '='";
constexpr std::string_view kReadyTakes = "a table such as { port = 6379 }";
constexpr std::size_t kLongestSocketPath = 107;  // unix(7)

// What a key takes, and how it is read. False if the value is not allowed.
struct Field {
  std::string_view name;
  std::string_view takes;
  bool (*read)(const ServiceKey& key, ServiceEntry& into);
};

bool read_text(const ServiceKey& key, std::string& into) {
  if (key.is_array || !key.is_string || key.texts.front().empty()) return false;
  into = key.texts.front();
  return true;
}

template <std::string ServiceEntry::* field>
bool read_text(const ServiceKey& key, ServiceEntry& into) {
  return read_text(key, into.*field);
}

template <std::chrono::milliseconds ServiceEntry::* field>
bool read_time(const ServiceKey& key, ServiceEntry& into) {
  if (key.is_array) return false;
  const auto time = parse_duration(key.texts.front());
  if (time) into.*field = *time;
  return time && time->count() > 0;
}

bool read_command(const ServiceKey& key, ServiceEntry& into) {
  into.command = key.texts;
  return key.is_array && key.is_string && !key.texts.empty() && !key.texts.front().empty();
}

bool read_optional(const ServiceKey& key, ServiceEntry& into) {
  const bool is_switch = !key.is_array && !key.is_string;
  if (is_switch) into.optional = key.texts.front() == "true";
  return is_switch && (into.optional || key.texts.front() == "false");
}

bool read_per(const ServiceKey& key, ServiceEntry& into) {
  constexpr auto kNames = std::to_array<std::string_view>({"cell", "template", "run"});
  const auto found = std::ranges::find(kNames, key.texts.front());
  if (key.is_array || found == kNames.end()) return false;
  into.per = static_cast<ServicePer>(found - kNames.begin());
  return true;
}

bool read_signal(const ServiceKey& key, ServiceEntry& into) {
  if (key.is_array || !key.is_string) return false;
  for (int number = 1; number < NSIG; ++number) {
    const char* name = ::sigabbrev_np(number);
    if (name == nullptr || key.texts.front() != fmt::format("SIG{}", name)) continue;
    into.stop_signal = number;
    return true;
  }
  return false;
}

bool read_port(const ServiceKey& key, ServiceEntry& into) {
  const auto port = key.is_array ? std::nullopt : parse_count(key.texts.front(), UINT16_MAX);
  if (port) into.ready.port = static_cast<std::uint16_t>(*port);
  return port && *port > 0;
}

bool read_socket(const ServiceKey& key, ServiceEntry& into) {
  std::string& path = into.ready.unix_socket;
  return read_text(key, path) && path.starts_with('/') && path.size() <= kLongestSocketPath;
}

bool read_url(const ServiceKey& key, ServiceEntry& into) {
  if (!read_text(key, into.ready.http)) return false;
  const auto url = service::parse_url(into.ready.http);
  return url && !service::numeric_addresses(url->host, url->port).empty();
}

bool read_status(const ServiceKey& key, ServiceEntry& into) {
  const auto status = key.is_array ? std::nullopt : parse_count(key.texts.front(), 999);
  if (status) into.ready.status = static_cast<int>(*status);
  return status && *status >= 100;
}

constexpr auto kFields = std::to_array<Field>({
    {"filter", kFilterTakes, read_text<&ServiceEntry::filter>},
    {"optional", kOptionalTakes, read_optional},
    {"command", "an array of strings: the program and its arguments", read_command},
    {"name", "a name for messages", read_text<&ServiceEntry::name>},
    {"directory", "a directory", read_text<&ServiceEntry::directory>},
    {"per", "'cell', 'template' or 'run'", read_per},
    {"ready.port", "a whole number from 1 to 65535", read_port},
    {"ready.unix_socket", "the absolute path of a socket, of at most 107 bytes", read_socket},
    {"ready.log_line", "a text that the service prints when it is ready",
     [](const ServiceKey& key, ServiceEntry& into) { return read_text(key, into.ready.log_line); }},
    {"ready.http", "a URL such as http://127.0.0.1:8080/health, with an address or localhost",
     read_url},
    {"ready.status", "a status of HTTP from 100 to 999", read_status},
    {"ready_within", "a time such as '30s', longer than 0", read_time<&ServiceEntry::ready_within>},
    {"stop_signal", "the name of a signal such as 'SIGTERM'", read_signal},
    {"stop_within", "a time such as '10s', longer than 0", read_time<&ServiceEntry::stop_within>},
});

bool read_variable(const ServiceKey& key, ServiceEntry& into) {
  const std::string name = key.name.substr(kEnvironment.size());
  if (key.is_array || !key.is_string || name.empty() || name.find('=') != std::string::npos)
    return false;
  into.env.emplace_back(name, key.texts.front());
  return true;
}

std::unexpected<Complaint> wrong_value(const ServiceKey& key, std::string_view takes) {
  const bool is_one = key.texts.size() == 1 && !key.is_array;
  const std::string value = is_one ? fmt::format("'{}'", key.texts.front()) : std::string(key.kind);
  return std::unexpected(Complaint{
      key.place, fmt::format("'{}' of a service holds {}; it takes {}", key.name, value, takes)});
}

std::unexpected<Complaint> unknown(const ServiceKey& key) {
  std::vector<std::string_view> known(kFields.size());
  std::ranges::transform(kFields, known.begin(), &Field::name);
  known.emplace_back("env");
  const std::string_view closest = closest_name(key.name, known);
  const std::string meant = closest.empty() ? fmt::format("there are {}", fmt::join(known, ", "))
                                            : fmt::format("did you mean '{}'?", closest);
  return std::unexpected(
      Complaint{key.name_place, fmt::format("a service has no '{}'; {}", key.name, meant)});
}

void make_absolute(std::string& path, std::string_view file) {
  if (!path.empty() && path.front() != '/') path.insert(0, file.substr(0, file.rfind('/') + 1));
}

}  // namespace

std::string service_words(const ServiceEntry& service) {
  return fmt::format("the service '{}' ({})", service.name, service.origin);
}

std::expected<SharedService, Complaint> read_service(std::span<const ServiceKey> keys,
                                                     const Place& place, std::string_view file) {
  auto read = std::make_shared<ServiceEntry>();
  read->place = place;
  read->origin = fmt::format("{}:{}", file, place.line);
  for (const ServiceKey& key : keys) {
    if (key.name.starts_with(kEnvironment)) {
      if (!read_variable(key, *read)) return wrong_value(key, kEnvironmentTakes);
      continue;
    }
    if (key.name == "env") return wrong_value(key, kEnvironmentTakes);
    if (key.name == "ready") return wrong_value(key, kReadyTakes);
    const auto field = std::ranges::find(kFields, key.name, &Field::name);
    if (field == kFields.end()) return unknown(key);
    if (key.texts.empty() || !field->read(key, *read)) return wrong_value(key, field->takes);
    if (key.name == "filter") read->place = key.place;
  }
  if (read->command.empty()) {
    return std::unexpected(
        Complaint{place,
                  "this service has no command; it takes the program and its arguments, such as "
                  "command = [\"redis-server\", \"--port\", \"6379\"]"});
  }
  std::string& program = read->command.front();
  if (read->name.empty()) read->name = program.substr(program.rfind('/') + 1);
  if (program.find('/') != std::string::npos) make_absolute(program, file);
  make_absolute(read->directory, file);
  read->tests = TestPattern(read->filter);
  return read;
}

}  // namespace cloister
