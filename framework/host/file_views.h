// Which directories of this host tests have copy-on-write views of (CellConfig::files). Called
// while facts are gathered, and where a test asks for others.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "framework/facts/facts.h"
#include "framework/kernel/error.h"

namespace cloister {

// Fills facts.views in: the project's directories, or else the working directory; the home
// directory, /var/tmp and $XDG_RUNTIME_DIR, each where it is there. One in which something else is
// mounted cannot be viewed: user_namespaces(7) on mounts that belong together; nor one of another
// user or group, by an ordinary user. If that is the working directory's, Facility::kFileViews is
// lost.
void find_file_views(HostFacts& facts);

// Views of these, for a test that names them; without those that lie in others of them.
Result<std::vector<FileView>> file_views_of(std::span<const std::string> directories);

// Adds to the views what of these is there and lies in them.
void share_existing(std::vector<FileView>& views, std::span<const std::string> paths);

// The directories in which a program that is built for gcov keeps its counts: each of its processes
// adds to the files there. Empty for others.
std::vector<std::string> gcov_directories(const std::string& program);

}  // namespace cloister
