#include "framework/config/settings.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace cloister {
namespace {

using namespace std::chrono_literals;

TEST(ParseBytes, TakesTheUnitsPeopleWrite) {
  EXPECT_EQ(parse_bytes("64M"), 64_MiB);
  EXPECT_EQ(parse_bytes("64MiB"), 64_MiB);
  EXPECT_EQ(parse_bytes("64 mb"), 64_MiB);
  EXPECT_EQ(parse_bytes("1.5g"), Bytes{3ULL << 29});
  EXPECT_EQ(parse_bytes("512"), Bytes{512});
}

TEST(ParseBytes, RefusesEverythingElse) {
  for (const char* text : {"", "M", "-1", "64X", "64M ", "nan", "1e300", "0x10"}) {
    EXPECT_FALSE(parse_bytes(text)) << text;
  }
}

TEST(ParseBytes, EndsAtNineExabytes) {
  EXPECT_EQ(parse_bytes("9e18"), Bytes{9'000'000'000'000'000'000U});
  EXPECT_EQ(parse_bytes("8381903171G"), Bytes{8381903171U << 30});
  for (const char* text : {"9.1e18", "1e15G", "8589934592G", "inf", "1e308G"})
    EXPECT_FALSE(parse_bytes(text)) << text;
}

TEST(ParseDuration, TakesTheUnitsPeopleWrite) {
  EXPECT_EQ(parse_duration("90"), 90s);
  EXPECT_EQ(parse_duration("1.5s"), 1500ms);
  EXPECT_EQ(parse_duration("250ms"), 250ms);
  EXPECT_EQ(parse_duration("2m"), 2min);
  EXPECT_EQ(parse_duration("1h"), 60min);
}

TEST(ParseDuration, RefusesEverythingElse) {
  for (const char* text : {"", "s", "-1s", "1 day", "soon"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(ParseDuration, EndsAtABillionSeconds) {
  EXPECT_EQ(parse_duration("1e9s"), 1'000'000'000s);
  EXPECT_EQ(parse_duration("1e12ms"), 1'000'000'000s);
  for (const char* text : {"1000000001s", "1e15h", "300000h", "inf", "1e308"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(ParseCpuList, TakesNumbersAndRanges) {
  EXPECT_EQ(parse_cpu_list("0-2,5"), (std::vector<int>{0, 1, 2, 5}));
  EXPECT_EQ(parse_cpu_list("1"), std::vector<int>{1});
}

TEST(ParseCpuList, RefusesEverythingElse) {
  for (const char* text : {"", ",", "0,", "2-1", "a", "-1", "0-", "0-99999", "0 1"})
    EXPECT_FALSE(parse_cpu_list(text)) << text;
}

const Setting& setting(std::string_view name) {
  for (const Setting& each : settings()) {
    if (each.name == name) return each;
  }
  ADD_FAILURE() << name;
  return settings().front();
}

struct Case {
  const char* name;
  const char* good;
  const char* bad;
};

class EverySetting : public testing::TestWithParam<Case> {};

TEST_P(EverySetting, TakesWhatIsAllowedAndNothingElse) {
  CellConfig config;
  EXPECT_TRUE(setting(GetParam().name).parse(GetParam().good, config));
  EXPECT_FALSE(setting(GetParam().name).parse(GetParam().bad, config));
}

TEST_P(EverySetting, ComesThroughAsBytes) {
  CellConfig config;
  setting(GetParam().name).parse(GetParam().good, config);
  const CellConfig copy = decode_config(encode(config));
  EXPECT_EQ(encode(copy), encode(config));
  EXPECT_NE(encode(copy), encode(CellConfig{})) << "it was lost";
}

const Case kCases[] = {{"memory", "64M", "lots"},      {"memory", "none", "-1"},
                       {"processes", "32", "0"},       {"deadline", "2s", "late"},
                       {"notice_after", "none", "x"},  {"network", "host", "wifi"},
                       {"hostname", "abbey", ""},      {"as_root", "yes", "maybe"},
                       {"privileged", "0", "2"},       {"private_tmp", "off", "tmp"},
                       {"tmp_size", "1G", "none"},     {"shm_size", "64M", "0"},
                       {"tmpfs_inodes", "100", "0"},   {"output", "1M", "none"},
                       {"keep_fds", "3,17", "2"},      {"keep_paths", "/tmp/a,/tmp/b", "tmp/a"},
                       {"memory_high", "64M", "soft"}, {"cpus", "0.5", "two"},
                       {"cpus", "none", "-1"},         {"cpus", "1e5", "1e14"},
                       {"cpu_set", "0-3,6", "3-1"},    {"cpu_set", "0", "0,"},
                       {"cpu_time", "200ms", "long"},  {"io_read_rate", "1M", "fast"},
                       {"io_write_rate", "none", "-"}, {"open_files", "64", "many"},
                       {"file_size", "0", "big"},      {"core_size", "0", "none"},
                       {"leaks", "fail", "maybe"},     {"reuse_network", "1", "2"},
                       {"files", "discard", "copy"},   {"files", "readonly", "1"},
                       {"files_in", "/a,/b", "a"},     {"shared_files", "/a/b", "/a,,b"},
                       {"inputs", "data/**", ","},     {"outputs", "a,b*", ",a"},
                       {"keep_failed", "kept", ""},    {"files_store", "/var/tmp", ""},
                       {"audit", "yes", "2"},          {"scope", "suite", "cell"},
                       {"files", "declared", "all"},   {"file_conflicts", "fail", "1"}};
INSTANTIATE_TEST_SUITE_P(Settings, EverySetting, testing::ValuesIn(kCases));

TEST_P(EverySetting, StaysAsItWasWhenATextIsRefused) {
  CellConfig config;
  for (const char* text : {GetParam().bad, "0", "none"}) {
    if (!setting(GetParam().name).parse(text, config)) {
      EXPECT_EQ(encode(config), encode(CellConfig{})) << text;
    }
    config = {};
  }
}

TEST(Settings, EachHasACase) {
  for (const Setting& each : settings()) {
    EXPECT_TRUE(std::ranges::any_of(kCases, [&](const Case& c) { return each.name == c.name; }))
        << each.name;
  }
}

TEST(Overlay, WhatIsSetAboveWins) {
  const CellConfig below = CellConfig{}.with_memory(64_MiB).with_deadline(2s);
  const CellConfig above = CellConfig{}.with_memory(1_GiB);
  const CellConfig both = overlay(below, above);
  EXPECT_EQ(both.memory, 1_GiB);
  EXPECT_EQ(both.deadline, 2s);
  EXPECT_FALSE(both.hostname);
}

TEST(Texts, AreForPeople) {
  EXPECT_EQ(bytes_text(64_MiB), "64 MiB");
  EXPECT_EQ(bytes_text(Bytes{(64ULL << 20) + 512 * 1024}), "64.5 MiB");
  EXPECT_EQ(bytes_text(Bytes{17}), "17 bytes");
  EXPECT_EQ(duration_text(10min), "10 min");
  EXPECT_EQ(duration_text(2s), "2 s");
  EXPECT_EQ(duration_text(250ms), "250 ms");
}

}  // namespace
}  // namespace cloister
