// Hosts that exist only in tests: plans need no privilege, and no real host.
#pragma once

#include "framework/facts/facts.h"

namespace cloister {

inline HostFacts ordinary_host() {
  HostFacts facts;
  facts.uid = 1000;
  facts.gid = 100;
  facts.uids = {{0, 4294967295}};
  facts.gids = {{0, 4294967295}};
  facts.working_directory = "/home/nun";
  facts.needed_paths = {"/home/nun", "/usr/bin/true"};
  facts.cpus = {0, 1, 2, 3};
  facts.block_devices = {"8:0"};
  facts.losses = {{Facility::kMemoryCap, "no memory controller", "mount one"},
                  {Facility::kProcessCap, "no pids controller", "mount one"},
                  {Facility::kSoftMemoryCap, "no memory controller", "mount one"},
                  {Facility::kCpuCap, "no cpu controller", "mount one"},
                  {Facility::kCpuSet, "no cpuset controller", "mount one"},
                  {Facility::kIoCap, "no io controller", "mount one"}};
  return facts;
}

inline HostFacts root_host(CgroupVersion version) {
  HostFacts facts = ordinary_host();
  facts.uid = facts.gid = 0;
  facts.privileged = true;
  facts.losses.clear();
  facts.smallest_memory = 512_KiB;
  if (version == CgroupVersion::kV2) {
    facts.cgroups = {{version,
                      "/cg/run",
                      {Controller::kMemory, Controller::kPids, Controller::kCpu,
                       Controller::kCpuset, Controller::kIo, Controller::kCpuAccounting}}};
    return facts;
  }
  facts.losses = {{Facility::kSoftMemoryCap, "v1", "v2"}};
  for (const auto& [controller, in_v1, in_v2] : kControllers) {
    const std::string name(controller_name(controller, version));
    facts.cgroups.push_back(
        {.version = version,
         .run_directory = "/cg/" + name + "/run",
         .controllers = {controller},
         .on_demand = controller != Controller::kMemory && controller != Controller::kPids,
         .memory_nodes = "0"});
  }
  return facts;
}

}  // namespace cloister
