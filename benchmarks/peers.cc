#include "benchmarks/peers.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace cloister::benchmarks {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using Words = std::vector<std::string>;

Words joined(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// The words once for each test, {} in them being its number.
Words for_each_test(int tests, int in_flight, const Words& words) {
  const Words loop = {"sh",
                      "-c",
                      R"(tests=$1 in_flight=$2; shift 2
                         seq 0 $((tests - 1)) | xargs -P "$in_flight" -I{} "$@")",
                      "for_each_test",
                      std::to_string(tests),
                      std::to_string(in_flight)};
  return joined(loop, words);
}

std::string plain_program(const Setting& setting) { return setting.place + "/bench_plain"; }

Words one_test(const Setting& setting, const std::string& number = "{}") {
  return {plain_program(setting), "--gtest_brief=1", "--gtest_filter=Many/Trivial.Test/" + number};
}

Candidate exec_each(const char* name, int tests, int in_flight, Words words) {
  return {.name = in_flight_name(name, in_flight),
          .command = {std::move(words)},
          .units = static_cast<double>(tests),
          .proof = "[  PASSED  ] 1 test.",
          .proofs = tests};
}

Candidate around_each(const char* name, const Setting& setting, int in_flight,
                      const Words& wrapper) {
  const int tests = setting.sizes.fewer_tests;
  return exec_each(name, tests, in_flight,
                   for_each_test(tests, in_flight, joined(wrapper, one_test(setting))));
}

const Words kUnshare = {"unshare",      "--user", "--map-root-user", "--mount",
                        "--mount-proc", "--pid",  "--fork",          "--kill-child",
                        "--net",        "--uts",  "--ipc",           "--cgroup"};

// What unshare(1) does not do, by a shell in it.
constexpr const char* kTheRest = R"(
  mount -t tmpfs tmpfs /tmp && mount -t tmpfs tmpfs /dev/shm && hostname cell &&
  ip link set lo up && exec "$0" "$@")";

constexpr const char* kWithoutHybrid = R"(
  [ ! -d /sys/fs/cgroup/unified ] || mount -t tmpfs tmpfs /sys/fs/cgroup/unified
  exec "$0" "$@")";

// The host's directories that programs need, read-only: a container has no others.
void add_system(Json& config, const fs::path& root, const fs::path& place) {
  for (const fs::path& directory :
       {fs::path("/usr"), fs::path("/etc"), fs::path("/bin"), fs::path("/sbin"), fs::path("/lib"),
        fs::path("/lib64"), place}) {
    const fs::path inside = root / directory.relative_path();
    if (fs::exists(inside)) continue;
    if (fs::is_symlink(directory)) {
      fs::create_symlink(fs::read_symlink(directory), inside);
    } else if (fs::is_directory(directory)) {
      fs::create_directories(inside);
      config["mounts"].push_back(
          {{"destination", directory}, {"source", directory}, {"options", {"rbind", "ro"}}});
    }
  }
}

// As an OCI runtime wants it: all namespaces, caps on memory and processes, /proc, /tmp, /dev/shm.
Json container(const fs::path& bundle, const Setting& setting) {
  const Json to_root = {{{"containerID", 0}, {"hostID", 0}, {"size", 1}}};
  Json config = {
      {"ociVersion", "1.0.0"},
      {"hostname", "cell"},
      {"root", {{"path", bundle / "root"}, {"readonly", true}}},
      {"process",
       {{"user", {{"uid", 0}, {"gid", 0}}},
        {"cwd", "/"},
        {"env", {"PATH=/usr/bin:/bin"}},
        {"noNewPrivileges", true}}},
      {"mounts",
       {{{"destination", "/proc"}, {"type", "proc"}, {"source", "proc"}},
        {{"destination", "/dev"}, {"type", "tmpfs"}, {"source", "tmpfs"}},
        {{"destination", "/dev/shm"}, {"type", "tmpfs"}, {"source", "tmpfs"}},
        {{"destination", "/tmp"}, {"type", "tmpfs"}, {"source", "tmpfs"}}}},
      {"linux",
       {{"uidMappings", to_root},
        {"gidMappings", to_root},
        {"resources", {{"memory", {{"limit", 1 << 30}}}, {"pids", {{"limit", 4096}}}}}}}};
  for (const char* kind : {"user", "pid", "mount", "network", "uts", "ipc", "cgroup"})
    config["linux"]["namespaces"].push_back({{"type", kind}});
  for (const char* directory : {"proc", "dev", "tmp"})
    fs::create_directories(bundle / "root" / directory);
  add_system(config, bundle / "root", setting.place);
  return config;
}

// A bundle with one config.json for each test, since the arguments are part of it.
fs::path write_bundle(const Setting& setting) {
  const fs::path bundle = setting.place + "/bundle";
  if (fs::exists(bundle)) return bundle;
  Json config = container(bundle, setting);
  if (geteuid() != 0) config["linux"].erase("resources");
  for (int test = 0; test < setting.sizes.fewer_tests; ++test) {
    config["process"]["args"] = one_test(setting, std::to_string(test));
    config["linux"]["cgroupsPath"] = fmt::format("/{}{}", setting.cgroup_prefix, test);
    std::ofstream(bundle / fmt::format("config-{}.json", test)) << config;
  }
  return bundle;
}

}  // namespace

std::string in_flight_name(const char* peer, int in_flight) {
  return fmt::format("{}, {} at once", peer, in_flight);
}

Candidate plain_googletest(const Setting& setting, int tests) {
  return {.name = fmt::format("plain GoogleTest, {} tests in one process", tests),
          .command = {{plain_program(setting), "--gtest_brief=1"},
                      {fmt::format("BENCH_TESTS={}", tests)}},
          .units = static_cast<double>(tests),
          .proof = fmt::format("[  PASSED  ] {} tests.", tests)};
}

Candidate plain_forks(const Setting& setting, std::string name, int tests, int in_flight) {
  return {.name = std::move(name),
          .command = {{plain_program(setting), "--gtest_brief=1"},
                      {fmt::format("BENCH_TESTS={}", tests),
                       fmt::format("BENCH_FORKED={}", in_flight)}},
          .units = static_cast<double>(tests),
          .proof = fmt::format("[  PASSED  ] {} tests.", tests)};
}

namespace {

Candidate ctest_in(const char* directory, const char* name, const Setting& setting, int in_flight) {
  const int tests = setting.sizes.tests;
  return {.name = in_flight_name(name, in_flight),
          .command = {{"ctest", "--test-dir", setting.program(directory), "-j",
                       std::to_string(in_flight), "-I", fmt::format("1,{}", tests)}},
          .units = static_cast<double>(tests),
          .proof = fmt::format("100% tests passed, 0 tests failed out of {}", tests)};
}

}  // namespace

Candidate ctest(const Setting& setting, int in_flight) {
  return ctest_in("ctest_peer", "CTest", setting, in_flight);
}

Candidate ctest_with_cells(const Setting& setting, int in_flight) {
  return ctest_in("ctest_cells", "CTest with cells", setting, in_flight);
}

Candidate exec_loop(const Setting& setting, int in_flight) {
  const int tests = setting.sizes.tests;
  return exec_each("xargs", tests, in_flight, for_each_test(tests, in_flight, one_test(setting)));
}

// Its tests are selected by the first digits of their numbers.
Candidate criterion(const Setting& setting, int in_flight) {
  const int tests = setting.sizes.fewer_tests < 100 ? 10 : 100;
  return {.name = in_flight_name("Criterion", in_flight),
          .command = {{setting.program("bench_criterion"), "--jobs", std::to_string(in_flight),
                       "--filter", tests < 100 ? "many/test20*" : "many/test2*"}},
          .units = static_cast<double>(tests),
          .proof = fmt::format("Tested: {0} | Passing: {0} |", tests)};
}

Candidate unshare_alone(const Setting& setting, int in_flight) {
  return around_each("unshare alone", setting, in_flight, kUnshare);
}

Candidate unshare(const Setting& setting, int in_flight) {
  return around_each("unshare", setting, in_flight, joined(kUnshare, {"sh", "-c", kTheRest}));
}

Candidate bwrap(const Setting& setting, int in_flight) {
  return around_each(
      "bwrap", setting, in_flight,
      {"bwrap", "--unshare-all", "--die-with-parent", "--dev-bind", "/", "/", "--proc", "/proc",
       "--tmpfs", "/tmp", "--tmpfs", "/dev/shm", "--hostname", "cell"});
}

// In a mount namespace in which there is no hybrid of cgroup version 1 and 2, which crun does not
// take; an ordinary user, who may write to no cgroup, is root of a user namespace for it.
Candidate crun(const Setting& setting, int in_flight) {
  const int tests = setting.sizes.fewer_tests;
  const bool root = geteuid() == 0;
  const std::string bundle = write_bundle(setting);
  const Words words = {"crun",
                       "--root",
                       bundle + "/state",
                       root ? "--cgroup-manager=cgroupfs" : "--cgroup-manager=disabled",
                       "run",
                       "--bundle",
                       bundle,
                       "--config",
                       bundle + "/config-{}.json",
                       setting.cgroup_prefix + "{}"};
  Words around = {"unshare", "--mount", "sh", "-c", kWithoutHybrid};
  if (!root) around.insert(around.begin() + 1, "--map-root-user");
  return exec_each("crun", tests, in_flight,
                   joined(around, for_each_test(tests, in_flight, words)));
}

}  // namespace cloister::benchmarks
