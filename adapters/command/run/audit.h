// What `cloister audit` prints about the tests of a run, from the audits of their cells: inputs,
// outputs, programs, addresses, and which tests would meet without their own views.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "adapters/command/run/attempt.h"

namespace cloister::command {

class AuditBook {
 public:
  // Names are written relative to `directory`, where cloister.toml will be.
  AuditBook(const std::vector<Selected>& tests, std::string directory);

  void take(const Attempt& attempt);

  std::string text() const;
  // The settings inputs and outputs that satisfy files = "declared".
  std::string toml() const;
  std::string json(const std::vector<Attempt>& attempts) const;

 private:
  // For each path, the tests that used it in that way.
  using Users = std::map<std::string, std::set<std::uint32_t>>;

  std::string names_of(const std::set<std::uint32_t>& tests) const;
  std::string section(std::string_view title, const Users& users) const;
  std::string relative(const std::string& path) const;
  std::vector<std::string> inputs() const;
  std::vector<std::string> outputs() const;
  Users met() const;

  const std::vector<Selected>& tests_;
  std::string directory_;
  Users read_;
  Users looked_at_;
  Users executed_;
  Users written_;
  Users renamed_;
  Users removed_directories_;
  Users called_;
  Users listened_;
  Users gaps_;
  std::set<std::string> programs_;
};

}  // namespace cloister::command
