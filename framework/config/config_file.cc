#include "framework/config/config_file.h"

// Test binaries are the users': toml++ is wholly in this object, under a name of its own, so that
// it cannot meet the toml++ of the program under test, whatever version that has.
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define toml cloister_toml
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <optional>
#include <ranges>
#include <utility>

#include "framework/config/closest_name.h"
#include "framework/config/settings.h"

namespace cloister {
namespace {

constexpr std::string_view kFilterTakes = "a filter of test names such as 'StorageTest.*'";
constexpr std::string_view kQuotes = ", in which a text such as \"64M\" stands in quotes";
constexpr std::string_view kRunOptionTakes = "a string, a number, true or false";

struct Entry {
  std::string_view name;
  Place name_place;
  const toml::node* value;
};

Place begin_of(const toml::source_region& region) {
  return {region.begin.line, region.begin.column};
}

// As they stand in the file; toml++ keeps them by name.
std::vector<Entry> entries_of(const toml::table& table) {
  std::vector<Entry> entries;
  for (auto&& [key, value] : table) entries.push_back({key.str(), begin_of(key.source()), &value});
  std::ranges::sort(entries, {}, [](const Entry& entry) {
    return std::pair(entry.name_place.line, entry.name_place.column);
  });
  return entries;
}

std::string_view kind_of(const toml::node& value) {
  switch (value.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a float";
    case toml::node_type::boolean:
      return "a boolean";
    default:
      return "a date or time";
  }
}

// As a flag would have it.
std::optional<std::string> text_of(const toml::node& value) {
  if (const auto* text = value.as_string()) return text->get();
  if (const auto* number = value.as_integer()) return fmt::format("{}", number->get());
  if (const auto* number = value.as_floating_point()) return fmt::format("{}", number->get());
  if (const auto* truth = value.as_boolean()) return truth->get() ? "true" : "false";
  return std::nullopt;
}

std::string at(std::string_view file, const Place& place, std::string_view what) {
  return fmt::format("{}:{}:{}: {}", file, place.line, place.column, what);
}

// Reads until the first complaint; the functions are false after it.
class Reader {
 public:
  Reader(std::string_view name, std::span<const std::string_view> run_options)
      : run_options_(run_options) {
    file_.name = name;
  }
  std::expected<ConfigFile, std::string> read(const toml::table& top) {
    if (!read_layer(top, true, file_.top)) return std::unexpected(complaint_);
    return std::move(file_);
  }

 private:
  bool read_layer(const toml::table& table, bool is_top, ConfigLayer& into);
  bool read_profiles(const Entry& entry);
  bool read_overrides(const Entry& entry, std::vector<ConfigOverride>& into);
  bool read_override(const toml::table& table, std::vector<ConfigOverride>& into);
  bool read_run_option(const Entry& entry, std::vector<RunOptionText>& into);
  bool read_setting(const Entry& entry, const Setting& setting, CellConfig& into);

  bool is_run_option(std::string_view name) const {
    return std::ranges::find(run_options_, name) != run_options_.end();
  }
  bool complain(const Place& place, std::string_view what) {
    complaint_ = at(file_.name, place, what);
    return false;
  }
  bool complain_of_kind(std::string_view name, const toml::node& value, std::string_view takes) {
    return complain(begin_of(value.source()),
                    fmt::format("'{}' holds {}; it takes {}", name, kind_of(value), takes));
  }
  bool complain_of_name(const Entry& entry, std::vector<std::string_view> known);

  std::span<const std::string_view> run_options_;
  ConfigFile file_;
  std::string complaint_;
};

const Setting* setting_named(std::string_view name) {
  const auto found = std::ranges::find(settings(), name, &Setting::name);
  return found == settings().end() ? nullptr : &*found;
}

bool Reader::read_layer(const toml::table& table, bool is_top, ConfigLayer& into) {
  const auto read_entry = [&](const Entry& entry) {
    if (entry.name == "override") return read_overrides(entry, into.overrides);
    if (entry.name == "profile" && is_top) return read_profiles(entry);
    if (is_run_option(entry.name)) return read_run_option(entry, into.run_options);
    if (const auto* setting = setting_named(entry.name))
      return read_setting(entry, *setting, into.config);
    std::vector<std::string_view> known(run_options_.begin(), run_options_.end());
    known.emplace_back("override");
    if (is_top) known.emplace_back("profile");
    return complain_of_name(entry, known);
  };
  return std::ranges::all_of(entries_of(table), read_entry);
}

bool Reader::read_profiles(const Entry& entry) {
  constexpr std::string_view kTakes = "tables, each written [profile.NAME]";
  const auto* profiles = entry.value->as_table();
  if (profiles == nullptr) return complain_of_kind(entry.name, *entry.value, kTakes);
  return std::ranges::all_of(entries_of(*profiles), [&](const Entry& profile) {
    const auto* table = profile.value->as_table();
    if (table == nullptr) return complain_of_kind(entry.name, *profile.value, kTakes);
    return read_layer(*table, false, file_.profiles[std::string(profile.name)]);
  });
}

bool Reader::read_overrides(const Entry& entry, std::vector<ConfigOverride>& into) {
  constexpr std::string_view kTakes = "tables, each written [[override]]";
  const auto* overrides = entry.value->as_array();
  if (overrides == nullptr) return complain_of_kind(entry.name, *entry.value, kTakes);
  return std::ranges::all_of(*overrides, [&](const toml::node& element) {
    const auto* table = element.as_table();
    if (table == nullptr) return complain_of_kind(entry.name, element, kTakes);
    return read_override(*table, into);
  });
}

bool Reader::read_override(const toml::table& table, std::vector<ConfigOverride>& into) {
  const toml::node* filter = table.get("filter");
  if (filter == nullptr) {
    return complain(begin_of(table.source()),
                    fmt::format("this override has no filter; it takes {}", kFilterTakes));
  }
  if (!filter->is_string()) return complain_of_kind("filter", *filter, kFilterTakes);
  CellConfig& config =
      into.emplace_back(TestPattern(filter->as_string()->get()), CellConfig{}).config;
  return std::ranges::all_of(entries_of(table), [&](const Entry& entry) {
    if (entry.name == "filter") return true;
    if (is_run_option(entry.name)) {
      return complain(entry.name_place,
                      fmt::format("'{}' is for the whole run; an override takes settings of tests",
                                  entry.name));
    }
    const Setting* setting = setting_named(entry.name);
    return setting == nullptr ? complain_of_name(entry, {"filter"})
                              : read_setting(entry, *setting, config);
  });
}

bool Reader::read_run_option(const Entry& entry, std::vector<RunOptionText>& into) {
  auto text = text_of(*entry.value);
  if (!text) return complain_of_kind(entry.name, *entry.value, kRunOptionTakes);
  into.push_back({std::string(entry.name), std::move(*text), begin_of(entry.value->source())});
  return true;
}

bool Reader::read_setting(const Entry& entry, const Setting& setting, CellConfig& into) {
  std::string text;
  const auto* list = setting.is_list ? entry.value->as_array() : nullptr;
  if (list == nullptr) {
    const auto value = text_of(*entry.value);
    if (!value) return complain_of_kind(entry.name, *entry.value, setting.allowed);
    text = *value;
  } else {
    std::vector<std::string> texts;
    for (const toml::node& element : *list) {
      if (!element.is_string() && !element.is_integer())
        return complain_of_kind(entry.name, element, setting.allowed);
      texts.push_back(*text_of(element));
    }
    text = fmt::format("{}", fmt::join(texts, ","));
  }
  if (setting.parse(text, into)) return true;
  complaint_ = wrong_value_in(file_.name, begin_of(entry.value->source()), entry.name, text,
                              setting.allowed);
  return false;
}

bool Reader::complain_of_name(const Entry& entry, std::vector<std::string_view> known) {
  const auto names = std::views::transform(settings(), &Setting::name);
  known.insert(known.begin(), names.begin(), names.end());
  const std::string_view closest = closest_name(entry.name, known);
  return complain(entry.name_place,
                  closest.empty() ? fmt::format("there is no setting '{}'; there are {}",
                                                entry.name, fmt::join(known, ", "))
                                  : fmt::format("there is no setting '{}'; did you mean '{}'?",
                                                entry.name, closest));
}

// Whether a '=' stands before the place, in its line.
bool is_in_value(std::string_view text, const Place& place) {
  for (unsigned line = 1; line < place.line; ++line)
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  return text.substr(0, place.column).substr(0, text.find('\n')).contains('=');
}

}  // namespace

std::expected<ConfigFile, std::string> parse_config(std::string_view text, std::string_view name,
                                                    std::span<const std::string_view> run_options) {
  const toml::parse_result parsed = toml::parse(text);
  if (parsed) return Reader(name, run_options).read(parsed.table());
  const toml::parse_error& error = parsed.error();
  const Place place = begin_of(error.source());
  return std::unexpected(
      at(name, place,
         fmt::format("this is not TOML{}: {}", is_in_value(text, place) ? kQuotes : "",
                     error.description())));
}

std::string wrong_value_in(std::string_view file, const Place& place, std::string_view setting,
                           std::string_view value, std::string_view allowed) {
  return at(
      file, place,
      fmt::format("the setting '{}' has the value '{}'; it takes {}", setting, value, allowed));
}

}  // namespace cloister
