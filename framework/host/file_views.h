// The directories of this host that tests have copy-on-write views of (CellConfig::files). Called
// while facts are gathered, and when a test asks for other directories.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "framework/facts/facts.h"
#include "framework/kernel/error.h"

namespace cloister {

// Fills in facts.views: the project's directories, or else the working directory; the home
// directory, /var/tmp and $XDG_RUNTIME_DIR, if they exist. A directory with another mount in it
// cannot be viewed: user_namespaces(7) on mounts that belong together. Nor can an ordinary user
// view one of another user or group. If that hits the working directory, Facility::kFileViews is
// lost.
void find_file_views(HostFacts& facts);

// Views of these, for a test that names them. Leaves out those that lie in others of them.
Result<std::vector<FileView>> file_views_of(std::span<const std::string> directories);

// Adds to the views those of these paths that exist and lie in them.
void share_existing(std::vector<FileView>& views, std::span<const std::string> paths);

// Where a program that is built for gcov keeps its counters; each of its processes adds to the
// files there. Empty for other programs.
std::vector<std::string> gcov_directories(const std::string& program);

// The first of the directories that is on an overlay, or "": a view of it is the second of two that
// the kernel stacks (FILESYSTEM_MAX_STACK_DEPTH), and a test that is forked from a template, which
// has such a view, needs a third.
std::string first_on_overlay(std::span<const std::string> directories);

}  // namespace cloister
