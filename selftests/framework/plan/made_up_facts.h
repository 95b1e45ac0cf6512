// Hosts that exist only in tests: plans need no privilege, and no real host.
#pragma once

#include "framework/host/facts.h"

namespace cloister {

inline HostFacts ordinary_host() {
  HostFacts facts;
  facts.uid = 1000;
  facts.gid = 100;
  facts.uids = {{0, 4294967295}};
  facts.gids = {{0, 4294967295}};
  facts.working_directory = "/home/nun";
  facts.needed_paths = {"/home/nun", "/usr/bin/true"};
  facts.losses = {{Facility::kMemoryCap, "no memory controller", "mount one"},
                  {Facility::kProcessCap, "no pids controller", "mount one"}};
  return facts;
}

inline HostFacts root_host(CgroupVersion version) {
  HostFacts facts = ordinary_host();
  facts.uid = facts.gid = 0;
  facts.privileged = true;
  facts.losses.clear();
  facts.cgroups = {{version, "/cg/run", true, true}};
  return facts;
}

}  // namespace cloister
