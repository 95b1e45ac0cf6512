// The set-up steps as system calls, run by init in its new namespaces: one file per facility.
// Each returns false with `failure` filled in. None uses the heap.
#pragma once

#include <cstdint>
#include <string_view>

#include "framework/protocol/protocol.h"
#include "framework/wire/bytes.h"

namespace cloister::inside {

bool set_propagation(Propagation propagation, InsideReply& failure);
bool mount_proc(std::string_view target, InsideReply& failure);
// Reads the step's own fields: target, size, inodes, names to keep, whether it is optional, whether
// it copies.
bool mount_tmpfs(ByteReader& fields, InsideReply& failure);
// Call it once all steps are done. What is in the mounted tmpfs at that time is not the guest's.
void weigh_tmpfs_at_start();
// Opens the directory with what was written in it; -1 if that cannot be read.
int open_written(std::size_t place);
// Whether an entry with this inode number existed at the start: tmpfs(5) numbers inodes in order.
bool there_at_start(std::size_t place, std::uint64_t inode);
// What the mounted tmpfs hold now, in their order.
void weigh_tmpfs(TmpfsRecord (&records)[kMostTmpfs]);
bool make_read_only(ByteReader& fields, InsideReply& failure);
bool make_read_only(std::string_view target, bool below, InsideReply& failure);
bool set_hostname(std::string_view name, InsideReply& failure);
bool start_root(std::string_view directory, InsideReply& failure);
// Reads the step's own fields: source, target, whether it is read-only.
bool bind_mount(ByteReader& fields, InsideReply& failure);
bool enter_root(InsideReply& failure);
// Reads the step's own fields: the offsets.
bool set_clocks(ByteReader& fields, InsideReply& failure);
// Reads the step's own fields: the name, whether /proc is mounted later.
bool name_in_hosts(ByteReader& fields, InsideReply& failure);

// Reads the step's own fields: directories, each with what is shared in it. Leaves open the
// directory that holds the views' own directories (Inside::views).
bool mount_views(ByteReader& fields, InsideReply& failure);
bool bind_read_only(std::string_view target, InsideReply& failure);
bool make_directory(std::string_view target, InsideReply& failure);
bool make_link(std::string_view source, std::string_view target, InsideReply& failure);

// Call it once the cell stands: what goes by System V IPC now is not the guest's.
void note_objects(std::uint8_t look_for);
// What the guest left, as far as `look_for` (kLookFor*, protocol/step_code.h) says. Call it after
// weigh_tmpfs.
void list_leftovers(std::uint8_t look_for, RollCall& roll);
void list_ports(RollCall& roll);
// `target` shows a copy of the directory `covered`: the sockets bound in there answer again.
void show_sockets(int covered, std::string_view target);
// Names one thing of a kind; false if it could only be counted.
bool name_leftover(RollCall& roll, std::uint8_t kind, std::int32_t number, std::string_view name,
                   std::string_view command = {});

// All the steps of an encoded plan, in order.
bool perform_steps(ByteReader& steps, InsideReply& failure);

}  // namespace cloister::inside
