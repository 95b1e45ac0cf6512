// The settings of a CellConfig by name, for every place that takes them as text: flags,
// environment, files. One row per setting: to add a field to CellConfig, add a row to the table in
// settings.cc.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <cloister/config.h>

#include "framework/config/amounts.h"
#include "framework/kernel/error.h"

namespace cloister {

class ByteReader;
class ByteWriter;

struct Setting {
  std::string_view name;     // "memory": --cloister_memory, CLOISTER_MEMORY
  std::string_view allowed;  // "a size such as 64M or 1GiB, or 'none'"
  std::string_view what;     // one line for --help
  // Parses `text` into the field. False if the value is not allowed.
  bool (*parse)(std::string_view text, CellConfig& into);
  // Copies the field from `from` if it is set there.
  void (*overlay)(const CellConfig& from, CellConfig& onto);
  // For encode() and decode_config().
  void (*put)(const CellConfig& from, ByteWriter& out);
  void (*take)(ByteReader& in, CellConfig& onto);
  // Whether commas separate its values; then a file may write an array.
  bool is_list = false;
  // Whether its values are paths. A file then writes strings, and no number.
  bool is_path = false;
};

std::span<const Setting> settings();
// nullptr if there is none.
const Setting* setting_named(std::string_view name);
// Whether `config` sets it.
bool is_set(const Setting& setting, const CellConfig& config);

// Every field that `above` sets overrides `below`.
CellConfig overlay(CellConfig below, const CellConfig& above);

// As bytes, for another process of the run.
std::string encode(const CellConfig& config);
CellConfig decode_config(std::string_view bytes);

}  // namespace cloister
