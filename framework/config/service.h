// A [[service]] of cloister.toml as a plain value: a program that tests need.
#pragma once

#include <chrono>
#include <csignal>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "framework/config/place.h"
#include "framework/config/test_pattern.h"

namespace cloister {

// How often it is started.
enum class ServicePer : std::uint8_t {
  kCell,      // in each cell in which tests run, before the first of them
  kTemplate,  // in each cell in which a set-up runs, before that: forks of a template share it
  kRun,       // once, outside of all cells
};

// It is ready when all that are set hold; when its program is executing if none is.
struct ServiceReady {
  std::optional<std::uint16_t> port{};  // a connection to 127.0.0.1 or ::1 succeeds
  std::string unix_socket{};            // a connection to that path succeeds
  std::string log_line{};               // its output contains that text
  std::string http{};                   // GET of that URL is answered with `status`
  int status = 200;
};

struct ServiceEntry {
  TestPattern tests{"*"};
  std::string filter = "*";  // the text that `tests` is made from
  Place place{};             // of the filter, or of the whole table
  std::string origin{};      // "cloister.toml:3", for messages
  bool optional = false;     // may match no test
  std::string name{};
  std::vector<std::string> command{};  // a path with a slash is absolute
  std::string directory{};             // "" is that of the tests
  ServiceReady ready{};
  std::chrono::milliseconds ready_within{30000};
  ServicePer per = ServicePer::kCell;
  // Variables of the service and of its tests.
  std::vector<std::pair<std::string, std::string>> env{};
  // Of one that is started once for the run. In a cell SIGKILL ends everything.
  int stop_signal = SIGTERM;
  std::chrono::milliseconds stop_within{10000};
};
// All cells have the same.
using SharedService = std::shared_ptr<const ServiceEntry>;

// "the service 'redis' (cloister.toml:3)"
std::string service_words(const ServiceEntry& service);

// A key of such a table with its values as text. Nested ones have a dot: "ready.port".
struct ServiceKey {
  std::string name;
  Place name_place;
  Place place;                     // of the value
  std::string_view kind;           // of the value, for messages: "an array"
  std::vector<std::string> texts;  // one, unless it is an array
  bool is_string = false;          // or an array of strings
  bool is_array = false;
};

struct Complaint {
  Place place;
  std::string what;
};
// `place` is that of the table, `file` its file.
std::expected<SharedService, Complaint> read_service(std::span<const ServiceKey> keys,
                                                     const Place& place, std::string_view file);

}  // namespace cloister
