// What a test wrote in its copy-on-write views, once it has ended: listed, and put in place on the
// host. A view's upper directory is read as overlayfs wrote it: "Overlay Filesystem" of the
// kernel's documentation, "whiteouts and opaque directories".
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <cloister/report.h>

#include "framework/files/ledger.h"
#include "framework/kernel/error.h"
#include "framework/kernel/fd.h"

namespace cloister {

// The name of the upper directory of the view with this number, in the file system that the views
// of a cell have together. Also in builder/views_inside.cc.
std::string upper_name(std::size_t view);
// That of what an empty view shows in place of the host's directory.
std::string lower_name(std::size_t view);

// Whether anything was written in any of `count` views.
bool has_written(const Fd& views, std::size_t count);

// What names of files begin with by which adapters have tests report, as in /tmp: no test's doing.
inline constexpr std::string_view kReportPrefix = ".cloister-report-";

struct Taking {
  std::span<const std::string> directories{};  // of the views, in their order
  bool keep = false;                           // whether it is put in place
  bool may_move = false;                       // whether files may go, and not only copies of them
  std::span<const std::string> outputs{};      // patterns; if there are any, nothing else is taken
};

// Lists what was written in the views, and puts it in place where that is asked for: each file is
// at any moment the old one or the new one, whole. A path that a test later in test order claimed
// meanwhile stays as that one left it. No process of the cell may be alive. What cannot be put in
// place is named in ChangedFiles::failure, and the rest goes on.
ChangedFiles take_changes(const Fd& views, const Taking& how, const Writer& writer,
                          FileLedger& ledger, std::vector<FileConflict>& conflicts);

// Saves what was written in the views below the directory `where`, under its whole name. What was
// saved there before goes; what is there and was not saved by this is an Error.
Result<void> save_changes(const Fd& views, const Taking& how, const std::string& where);

}  // namespace cloister
