// Sees what the processes of one cell ask the kernel for by name, lets each call continue, and
// records the names. It observes and never forbids: a process can change a name while it is read,
// so this is no security boundary.
#pragma once

#include <map>
#include <string>

#include <cloister/report.h>

#include "framework/audit/asked.h"
#include "framework/kernel/fd.h"
#include "framework/plan/plan.h"

namespace cloister {

class Auditor {
 public:
  // `socket` brings the listener: launch/audit_filter.h. `plan` must outlive this.
  Auditor(const AuditPlan& plan, Fd socket) : plan_(plan), socket_(std::move(socket)) {}

  // Poll for POLLIN; -1 once no process can send a call any more.
  int fd() const { return listener_.open() ? listener_.get() : socket_.get(); }
  // Handles all pending calls and lets the callers continue.
  void serve();

  // What is known so far, by name: PathUse.
  const std::map<std::string, std::uint8_t>& paths() const { return paths_; }
  Audit take();

 private:
  bool hear_one();
  void look(const seccomp_data& call, AskedBy& asked);
  void note_named(const AuditedCall& call, AskedBy& asked);
  void note_interpreter(const std::string& path);
  void note_opened(const std::string& path, int flags);
  void note_address(const AuditedCall& call, AskedBy& asked, bool is_bound);
  void note(std::string path, std::uint8_t use);
  bool is_declared(const std::string& path, bool lists) const;
  void add(const std::string& path, std::uint8_t use);
  void refuse(const std::string& path);

  const AuditPlan& plan_;
  Fd socket_;
  Fd listener_;
  std::map<std::string, std::uint8_t> paths_;
  Audit audit_{.is_on = true};
};

}  // namespace cloister
