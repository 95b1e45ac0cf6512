// The settings of a CellConfig by name, for every place that takes them as text: flags,
// environment, files. One row per setting: adding a field to CellConfig means adding a row to the
// table in settings.cc.
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
  // Parses `text` into the field; false when it is not one of the allowed values.
  bool (*parse)(std::string_view text, CellConfig& into);
  // Copies the field from `from` when it is set there.
  void (*overlay)(const CellConfig& from, CellConfig& onto);
  // Its part of encode() and decode_config().
  void (*put)(const CellConfig& from, ByteWriter& out);
  void (*take)(ByteReader& in, CellConfig& onto);
  // Whether a comma separates values in it, which a file may write as an array.
  bool is_list = false;
};

std::span<const Setting> settings();
// nullptr where there is none.
const Setting* setting_named(std::string_view name);
// Whether `config` sets it.
bool is_set(const Setting& setting, const CellConfig& config);

// Patterns and directories that are relative begin at `directory`.
void make_paths_absolute(CellConfig& config, std::string_view directory);

// Every field that `above` sets wins over `below`.
CellConfig overlay(CellConfig below, const CellConfig& above);

// As bytes, for another process of the run.
std::string encode(const CellConfig& config);
CellConfig decode_config(std::string_view bytes);

}  // namespace cloister
