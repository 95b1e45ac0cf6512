// What a test wrote in its copy-on-write views: listed after its end, and put in place on the host.
// Reads a view's upper directory as overlayfs wrote it: "Overlay Filesystem" of the kernel's
// documentation, "whiteouts and opaque directories".
#pragma once

#include <time.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <cloister/report.h>

#include "framework/files/ledger.h"
#include "framework/kernel/error.h"
#include "framework/kernel/fd.h"

namespace cloister {

// The name of this view's upper directory, in the file system that the views of a cell share. Also
// in builder/views_inside.cc.
std::string upper_name(std::size_t view);
// The same for what an empty view shows in place of the host's directory.
std::string lower_name(std::size_t view);

// Whether anything was written in any of `count` views.
bool has_written(const Fd& views, std::size_t count);

// Prefix of files, for example in /tmp, that adapters have tests report to. They do not count as a
// test's.
inline constexpr std::string_view kReportPrefix = ".cloister-report-";

struct Taking {
  std::span<const std::string> directories{};  // of the views, in their order
  bool keep = false;                           // whether to put it in place
  bool may_move = false;                       // whether files may be moved, not only copied
  std::span<const std::string> outputs{};      // patterns; if any, nothing else is taken
  std::optional<timespec> since{};  // of files, only what was written after that is taken
};

// Lists what was written in the views, and puts it in place if asked to. Each file is at any moment
// the whole old one or the whole new one. If a test that is later in test order claimed a path
// meanwhile, that test's version stays. No process of the cell may be alive. ChangedFiles::failure
// names what cannot be put in place; the rest goes on.
ChangedFiles take_changes(const Fd& views, const Taking& how, const Writer& writer,
                          FileLedger& ledger, std::vector<FileConflict>& conflicts);

// Saves what was written in the views below the directory `where`, under its full path. Removes
// what was saved there before. Anything there that this did not save is an Error.
Result<void> save_changes(const Fd& views, const Taking& how, const std::string& where);

}  // namespace cloister
