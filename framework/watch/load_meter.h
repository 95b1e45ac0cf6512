// Measures how much of the machine is in use, from /proc and from the cgroups that hold the whole
// run and limit it. For Admission (admission.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "framework/facts/facts.h"
#include "framework/plan/plan.h"
#include "framework/watch/admission.h"

namespace cloister {

class LoadMeter {
 public:
  // `proc` is where procfs is mounted.
  explicit LoadMeter(const HostFacts& facts, std::string proc = "/proc");

  // What cannot be read counts as not idle, and as no memory. At first nothing is idle.
  Load operator()(Admission::Time now);

 private:
  // A group that this process is in, at any depth, that caps all its processes together.
  struct ProcessorCap {
    double processors;
    Gauge used;
    std::uint64_t last = 0;  // microseconds
  };
  struct MemoryCap {
    Bytes cap;
    std::string used;
    Gauge reclaimable;
  };
  void add_caps(const CgroupMount& mount, const std::string& group, const std::string& accounting);
  double idle_seconds() const;

  std::string proc_;
  std::vector<int> cpus_;
  std::vector<ProcessorCap> processor_caps_;
  std::vector<MemoryCap> memory_caps_;
  Admission::Time last_look_{};
  double last_idle_ = 0;
};

}  // namespace cloister
