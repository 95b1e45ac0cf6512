#include "framework/config/settings.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <type_traits>
#include <utility>

#include "framework/wire/bytes.h"

namespace cloister {
namespace {

constexpr std::size_t kLongestHostname = 64;  // HOST_NAME_MAX, gethostname(2)
constexpr double kMostProcessorTime = 1e5;

template <typename T, typename Value>
bool store(std::optional<T>& field, const std::optional<Value>& value) {
  if (!value) return false;
  field = static_cast<T>(*value);
  return true;
}

bool parse_hostname(std::string_view text, CellConfig& into) {
  if (text.empty() || text.size() > kLongestHostname) return false;
  into.hostname = std::string(text);
  return true;
}

template <typename T>
struct Choice {
  std::string_view name;
  T value;
};
constexpr Choice<Network> kNetworks[] = {
    {"none", Network::kNone}, {"loopback", Network::kLoopback}, {"host", Network::kHost}};
constexpr Choice<Leaks> kLeaks[] = {
    {"ignore", Leaks::kIgnore}, {"report", Leaks::kReport}, {"fail", Leaks::kFail}};
constexpr Choice<Files> kFiles[] = {{"host", Files::kHost},
                                    {"keep", Files::kKeep},
                                    {"discard", Files::kDiscard},
                                    {"readonly", Files::kReadOnly},
                                    {"declared", Files::kDeclared}};
constexpr Choice<FileConflicts> kFileConflicts[] = {{"ignore", FileConflicts::kIgnore},
                                                    {"note", FileConflicts::kNote},
                                                    {"fail", FileConflicts::kFail}};

constexpr Choice<Scope> kScopes[] = {{"test", Scope::kTest},         {"snapshot", Scope::kSnapshot},
                                     {"services", Scope::kServices}, {"auto", Scope::kAuto},
                                     {"suite", Scope::kSuite},       {"program", Scope::kProgram}};

template <auto field, const auto& choices>
bool parse_choice(std::string_view text, CellConfig& into) {
  for (const auto& choice : choices) {
    if (choice.name != text) continue;
    into.*field = choice.value;
    return true;
  }
  return false;
}

// 0, none and off all lift a limit.
bool means_none(std::string_view text) { return text == "none" || text == "0" || text == "off"; }

template <std::optional<Bytes> CellConfig::* field, bool may_be_none>
bool parse_size(std::string_view text, CellConfig& into) {
  if (means_none(text)) {
    if (may_be_none) into.*field = Bytes{};
    return may_be_none;
  }
  const auto bytes = parse_bytes(text);
  return bytes && bytes->count > 0 && store(into.*field, bytes);
}

// An amount that may also be nothing at all.
template <std::optional<Bytes> CellConfig::* field>
bool parse_limit(std::string_view text, CellConfig& into) {
  return store(into.*field, parse_bytes(text));
}

template <std::optional<std::chrono::milliseconds> CellConfig::* field>
bool parse_time(std::string_view text, CellConfig& into) {
  if (means_none(text)) {
    into.*field = std::chrono::milliseconds::zero();
    return true;
  }
  return store(into.*field, parse_duration(text));
}

template <std::optional<bool> CellConfig::* field>
bool parse_yes_no(std::string_view text, CellConfig& into) {
  return store(into.*field, parse_switch(text));
}

bool parse_processes(std::string_view text, CellConfig& into) {
  const auto count = parse_count(text, 1U << 22);  // PID_MAX_LIMIT, proc(5)
  return count && *count > 0 && store(into.processes, count);
}

bool parse_cpus(std::string_view text, CellConfig& into) {
  if (means_none(text)) {
    into.cpus = 0;
    return true;
  }
  const auto amount = parse_amount(text);
  return amount && amount->second.empty() && amount->first > 0 &&
         amount->first <= kMostProcessorTime && store(into.cpus, std::optional(amount->first));
}

bool parse_cpu_set(std::string_view text, CellConfig& into) {
  if (!parse_cpu_list(text)) return false;
  into.cpu_set = std::string(text);
  return true;
}

bool parse_open_files(std::string_view text, CellConfig& into) {
  return store(into.open_files, parse_count(text, std::uint64_t{1} << 30));
}

bool parse_inodes(std::string_view text, CellConfig& into) {
  const auto count = parse_count(text, std::uint64_t{1} << 40);
  return count && *count > 0 && store(into.tmpfs_inodes, count);
}

bool parse_keep_fds(std::string_view text, CellConfig& into) {
  std::vector<int> numbers;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const auto number = parse_count(text.substr(0, comma), 1U << 20);
    if (!number || *number < 3) return false;
    numbers.push_back(static_cast<int>(*number));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  into.keep_fds = std::move(numbers);
  return true;
}

template <std::optional<std::vector<std::string>> CellConfig::* field,
          bool (*is_allowed)(std::string_view)>
bool parse_list(std::string_view text, CellConfig& into) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view name = text.substr(0, comma);
    if (!is_allowed(name)) return false;
    names.emplace_back(name);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  into.*field = std::move(names);
  return true;
}
bool is_absolute(std::string_view path) { return path.starts_with('/'); }
// Relative ones are made absolute by who knows where they begin.
bool is_named(std::string_view pattern) { return !pattern.empty(); }

template <std::optional<std::string> CellConfig::* field>
bool parse_directory(std::string_view text, CellConfig& into) {
  if (text.empty()) return false;
  into.*field = means_none(text) || text == "memory" ? "" : std::string(text);
  return true;
}

// How each type of field goes over a wire.
template <typename Number>
  requires std::is_arithmetic_v<Number> || std::is_enum_v<Number>
void put(ByteWriter& out, Number value) {
  out.number(value);
}
void put(ByteWriter& out, const std::string& value) { out.text(value); }
void put(ByteWriter& out, Bytes value) { out.number(value.count); }
void put(ByteWriter& out, std::chrono::milliseconds value) { out.number(value.count()); }
template <typename Each>
void put(ByteWriter& out, const std::vector<Each>& value) {
  out.number(static_cast<std::uint32_t>(value.size()));
  for (const Each& each : value) put(out, each);
}

template <typename Number>
  requires std::is_arithmetic_v<Number> || std::is_enum_v<Number>
void take(ByteReader& in, Number& value) {
  value = in.number<Number>();
}
void take(ByteReader& in, std::string& value) { value = in.text(); }
void take(ByteReader& in, Bytes& value) { take(in, value.count); }
void take(ByteReader& in, std::chrono::milliseconds& value) {
  value = std::chrono::milliseconds(in.number<std::chrono::milliseconds::rep>());
}
template <typename Each>
void take(ByteReader& in, std::vector<Each>& value) {
  value.resize(in.count());
  for (Each& each : value) take(in, each);
}

template <auto field>
constexpr bool holds_paths(bool (*parse)(std::string_view, CellConfig&)) {
  using Field = std::remove_cvref_t<decltype(std::declval<CellConfig>().*field)>;
  if constexpr (std::is_same_v<Field, std::optional<std::string>>)
    return parse == parse_directory<field>;
  return std::is_same_v<Field, std::optional<std::vector<std::string>>>;
}

// What is the same for every field of a CellConfig.
template <auto field>
constexpr Setting setting(std::string_view name, std::string_view allowed, std::string_view what,
                          bool (*parse)(std::string_view, CellConfig&), bool is_list = false) {
  return {name,
          allowed,
          what,
          parse,
          [](const CellConfig& from, CellConfig& onto) {
            if (from.*field) onto.*field = from.*field;
          },
          [](const CellConfig& from, ByteWriter& out) {
            out.number(static_cast<std::uint8_t>((from.*field).has_value()));
            if (from.*field) put(out, *(from.*field));
          },
          [](ByteReader& in, CellConfig& onto) {
            if (in.number<std::uint8_t>() != 0) take(in, (onto.*field).emplace());
          },
          is_list,
          holds_paths<field>(parse)};
}

using C = CellConfig;
constexpr std::string_view kSize = "a size such as 512K, 64M or 1GiB, at most 9e18";
constexpr std::string_view kAnySize = "a size such as 0, 512K, 64M or 1GiB, at most 9e18";
constexpr std::string_view kSizeOrNone =
    "a size such as 512K, 64M or 1GiB, at most 9e18, or 'none'";
constexpr std::string_view kTime = "a time such as 250ms, 90s, 2m or 1h, at most 1e9s, or 'none'";
constexpr std::string_view kPatterns = "paths or patterns such as testdata/**, separated by commas";
constexpr std::string_view kSwitch = "1 or 0 (also yes/no, true/false, on/off)";

constexpr auto kSettings = std::to_array<Setting>({
    setting<&C::memory>("memory", kSizeOrNone, "memory cap of a test, swap included (default none)",
                        parse_size<&C::memory, true>),
    setting<&C::processes>("processes", "a whole number from 1 to 4194304",
                           "processes and threads a test may have at once (default 4096)",
                           parse_processes),
    setting<&C::memory_high>("memory_high", kSizeOrNone,
                             "memory above which a test is slowed down (default none)",
                             parse_size<&C::memory_high, true>),
    setting<&C::cpus>("cpus", "a number of processors such as 0.5 or 2, at most 1e5, or 'none'",
                      "processor time a test gets, in processors (default none: all)", parse_cpus),
    setting<&C::cpu_set>("cpu_set", "processors such as 0-3,6",
                         "processors a test may run on (default the run's)", parse_cpu_set, true),
    setting<&C::cpu_time>("cpu_time", kTime,
                          "processor time after which a test is killed (default none)",
                          parse_time<&C::cpu_time>),
    setting<&C::io_read_rate>("io_read_rate", kSizeOrNone,
                              "bytes a second read from each block device (default none)",
                              parse_size<&C::io_read_rate, true>),
    setting<&C::io_write_rate>("io_write_rate", kSizeOrNone,
                               "bytes a second written to each block device (default none)",
                               parse_size<&C::io_write_rate, true>),
    setting<&C::open_files>("open_files", "a whole number",
                            "descriptors a test may have open (default the run's limit)",
                            parse_open_files),
    setting<&C::file_size>("file_size", kAnySize,
                           "largest file a test may write (default the run's limit)",
                           parse_limit<&C::file_size>),
    setting<&C::core_size>("core_size", kAnySize,
                           "largest core file of a test (default the run's limit)",
                           parse_limit<&C::core_size>),
    setting<&C::deadline>("deadline", kTime,
                          "wall-clock time after which a test is killed (default 10m)",
                          parse_time<&C::deadline>),
    setting<&C::notice_after>("notice_after", kTime,
                              "time after which a running test is named on stderr (default 1m)",
                              parse_time<&C::notice_after>),
    setting<&C::network>("network", "none, loopback or host",
                         "network of a test (default loopback)",
                         parse_choice<&C::network, kNetworks>),
    setting<&C::reuse_network>("reuse_network", kSwitch,
                               "reuse the network of a test that did not use it (default 0)",
                               parse_yes_no<&C::reuse_network>),
    setting<&C::hostname>("hostname", "1 to 64 characters",
                          "hostname inside a cell (default cloister)", parse_hostname),
    setting<&C::as_root>("as_root", kSwitch, "uid 0 inside for an ordinary user's test (default 0)",
                         parse_yes_no<&C::as_root>),
    setting<&C::privileged>("privileged", kSwitch,
                            "every capability inside the cell for a root test (default 0)",
                            parse_yes_no<&C::privileged>),
    setting<&C::private_tmp>("private_tmp", kSwitch,
                             "/tmp and /dev/shm of its own for each test (default 1)",
                             parse_yes_no<&C::private_tmp>),
    setting<&C::tmp_size>("tmp_size", kSize, "size of the private /tmp (default 1GiB)",
                          parse_size<&C::tmp_size, false>),
    setting<&C::shm_size>("shm_size", kSize, "size of the private /dev/shm (default 1GiB)",
                          parse_size<&C::shm_size, false>),
    setting<&C::tmpfs_inodes>("tmpfs_inodes", "a whole number from 1",
                              "files in each private tmpfs (default 131072)", parse_inodes),
    setting<&C::output>("output", kSize,
                        "how much of a test's stdout and of its stderr is kept (default 16MiB)",
                        parse_size<&C::output, false>),
    setting<&C::leaks>("leaks", "ignore, report or fail",
                       "what happens to what a test leaves in its cell (default report)",
                       parse_choice<&C::leaks, kLeaks>),
    setting<&C::keep_fds>(
        "keep_fds", "descriptor numbers from 3, separated by commas",
        "descriptors opened before the run that tests share as they are (default none)",
        parse_keep_fds, true),
    setting<&C::keep_paths>("keep_paths", "absolute paths, separated by commas",
                            "what stays visible below the private /tmp and /dev/shm (default what "
                            "the run needs)",
                            parse_list<&C::keep_paths, is_absolute>, true),
    setting<&C::files>("files", "host, keep, discard, readonly or declared",
                       "how a test sees the host's files, and what happens to what it writes "
                       "(default keep)",
                       parse_choice<&C::files, kFiles>),
    setting<&C::files_in>("files_in", "absolute paths, separated by commas",
                          "the directories that 'files' applies to (default the project's, home, "
                          "/var/tmp)",
                          parse_list<&C::files_in, is_absolute>, true),
    setting<&C::shared_files>("shared_files", kPatterns,
                              "files and directories there that all tests share (default none)",
                              parse_list<&C::shared_files, is_named>, true),
    setting<&C::inputs>("inputs", kPatterns,
                        "what a test of files=declared may read (default none)",
                        parse_list<&C::inputs, is_named>, true),
    setting<&C::outputs>("outputs", kPatterns,
                         "what a test of files=declared may write (default none)",
                         parse_list<&C::outputs, is_named>, true),
    setting<&C::files_store>("files_store", "a directory, or 'memory'",
                             "where to keep what a test writes until it has ended (default memory)",
                             parse_directory<&C::files_store>),
    setting<&C::file_conflicts>("file_conflicts", "ignore, note or fail",
                                "what happens when two tests changed the same file at the same "
                                "time (default note)",
                                parse_choice<&C::file_conflicts, kFileConflicts>),
    setting<&C::keep_failed>("keep_failed", "a directory, or 'none'",
                             "where to save what a failed test wrote (default none)",
                             parse_directory<&C::keep_failed>),
    setting<&C::audit>("audit", kSwitch,
                       "record the files, programs and addresses that a test uses (default 0)",
                       parse_yes_no<&C::audit>),
    setting<&C::scope>("scope", "test, snapshot, services, auto, suite, program",
                       "which tests share a process and its cell (default test: none)",
                       parse_choice<&C::scope, kScopes>),
});

// All fields are optional, and so can be nothing.
template <typename Config, typename... Nothing>
constexpr std::size_t count_fields() {
  if constexpr (requires { Config{std::declval<Nothing>()..., std::nullopt}; }) {
    return count_fields<Config, Nothing..., std::nullopt_t>();
  } else {
    return sizeof...(Nothing);
  }
}
static_assert(count_fields<CellConfig>() == kSettings.size(),
              "each field of CellConfig has its row among the settings");

}  // namespace

std::span<const Setting> settings() { return kSettings; }

const Setting* setting_named(std::string_view name) {
  const auto found = std::ranges::find(kSettings, name, &Setting::name);
  return found == kSettings.end() ? nullptr : &*found;
}

bool is_set(const Setting& setting, const CellConfig& config) {
  ByteWriter of_config;
  ByteWriter of_nothing;
  setting.put(config, of_config);
  setting.put({}, of_nothing);
  return of_config.bytes() != of_nothing.bytes();
}

CellConfig overlay(CellConfig below, const CellConfig& above) {
  for (const Setting& setting : kSettings) setting.overlay(above, below);
  return below;
}

std::string encode(const CellConfig& config) {
  ByteWriter out;
  for (const Setting& setting : kSettings) setting.put(config, out);
  return std::move(out.bytes());
}

CellConfig decode_config(std::string_view bytes) {
  CellConfig config;
  ByteReader in(bytes);
  for (const Setting& setting : kSettings) setting.take(in, config);
  return config;
}

}  // namespace cloister
