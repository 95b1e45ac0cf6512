#include "adapters/command/run/discover.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <unordered_set>

#include "framework/config/closest_name.h"
#include "framework/config/test_pattern.h"
#include "framework/report/words.h"

namespace cloister::command {
namespace {

// A binary linked with Cloister names its flags in --help.
constexpr std::string_view kOwnFlag = "--cloister_explain";

std::string last_line(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  return printable(text.substr(text.rfind('\n') + 1));
}

Result<void> find_kind(const Discovery& how, Questions& questions, Binary& binary) {
  if (!how.kind.empty()) {
    binary.kind = kind_named(how.kind);
    return {};
  }
  const auto help = questions.ask(binary.program, {"--help"}, how.timeout);
  if (!help) return std::unexpected(help.error());
  const std::string text = help->out + help->err;
  if (text.find(kOwnFlag) != std::string::npos) return {};
  for (const auto& kind : kinds()) {
    if (!kind->answers_so(text)) continue;
    binary.kind = kind.get();
    return {};
  }
  const std::string said = last_line(help->err.empty() ? help->out : help->err);
  return std::unexpected(Error{
      fmt::format("tell which test framework '{}' is made with: its --help looks like "
                  "none of them; it ended with status {}{}",
                  binary.program, help->status,
                  said.empty() ? " and said nothing" : fmt::format(", and said last: {}", said)),
      0, fmt::format("name it with --kind ({})", kind_names())});
}

// As it is shown, or as it is.
bool is_named(const std::unordered_set<std::string_view>& names, const Test& test) {
  return names.contains(test.name) || names.contains(test.report_name);
}

}  // namespace

std::string kind_names() {
  std::string names;
  for (const auto& kind : kinds()) names += fmt::format("{}, ", kind->name());
  return names + std::string(kLinked);
}

Result<std::unique_ptr<Binary>> discover(const std::string& program, const Discovery& how,
                                         Questions& questions) {
  auto binary = std::make_unique<Binary>();
  binary->program = program;
  if (::access(program.c_str(), X_OK) != 0)
    return failed(fmt::format("execute '{}'", program), "build it, or name another file");
  if (auto found = find_kind(how, questions, *binary); !found)
    return std::unexpected(found.error());
  const Kind& lister = binary->kind != nullptr ? *binary->kind : *kind_named("googletest");
  auto tests = lister.list([&](const std::vector<std::string>& arguments) {
    std::vector<std::string> all = how.flags;
    all.insert(all.end(), arguments.begin(), arguments.end());
    return questions.ask(program, all, how.timeout);
  });
  if (!tests) {
    Error error = tests.error();
    if (error.doing.find(program) == std::string::npos)
      error.doing = fmt::format("ask '{}' as {}: cannot {}", program, lister.name(), error.doing);
    return std::unexpected(error);
  }
  binary->tests = std::move(*tests);
  return binary;
}

Result<std::vector<Selected>> choose(const std::vector<std::unique_ptr<Binary>>& binaries,
                                     const Choice& choice) {
  std::vector<Selected> all;
  std::vector<std::string_view> known;
  const std::unordered_set<std::string_view> names(choice.names.begin(), choice.names.end());
  const TestPattern pattern(choice.filter.empty() ? "*" : choice.filter);
  for (const auto& binary : binaries) {
    for (const Test& test : binary->tests) {
      known.push_back(test.name);
      known.push_back(test.report_name);
      const bool wanted = names.empty() ? pattern.matches(test.name) : is_named(names, test);
      if (wanted && (!test.disabled || choice.disabled)) all.push_back({binary.get(), &test});
    }
  }
  const std::unordered_set<std::string_view> all_names(known.begin(), known.end());
  for (const std::string& name : choice.names) {
    if (all_names.contains(name)) continue;
    const std::string_view closest = closest_name(name, known);
    return std::unexpected(Error{
        fmt::format("run the test '{}': no binary has it", name), 0,
        closest.empty() ? "--list shows all tests" : fmt::format("did you mean '{}'?", closest)});
  }
  std::vector<Selected> chosen;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i % choice.shards == choice.shard) chosen.push_back(all[i]);
  }
  return chosen;
}

}  // namespace cloister::command
