// The set-up steps as system calls, run by init in its new namespaces: one file per facility.
// Each returns false with `failure` filled in. None uses the heap.
#pragma once

#include <cstdint>
#include <string_view>

#include "framework/builder/protocol.h"
#include "framework/wire/bytes.h"

namespace cloister {

bool make_mounts_private(InsideReply& failure);
bool mount_proc(InsideReply& failure);
// Reads the step's own fields: target, size, inodes, names to keep.
bool mount_tmpfs(ByteReader& fields, InsideReply& failure);
// What the tmpfs that were mounted hold now, in their order.
void weigh_tmpfs(TmpfsRecord (&records)[kMostTmpfs]);
bool make_read_only(std::string_view target, InsideReply& failure);
bool set_hostname(std::string_view name, InsideReply& failure);
bool bring_up_loopback(InsideReply& failure);
bool open_low_ports(InsideReply& failure);

// All the steps of an encoded plan, in order.
bool perform_steps(ByteReader& steps, InsideReply& failure);

}  // namespace cloister
