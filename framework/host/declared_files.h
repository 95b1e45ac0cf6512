// What a test that declares its files (Files::kDeclared) gets: its patterns of inputs and outputs,
// resolved to directories and files of this host.
#pragma once

#include <cloister/config.h>

#include "framework/facts/facts.h"
#include "framework/kernel/error.h"
#include "framework/plan/request.h"

namespace cloister {

// `config.inputs` and `outputs` are absolute. An input that does not exist and is not an output is
// an Error, because it is probably a mistake.
Result<DeclaredFiles> declared_files(const CellConfig& config, const HostFacts& facts);

}  // namespace cloister
