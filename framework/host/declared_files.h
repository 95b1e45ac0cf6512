// What a test that declares its files (Files::kDeclared) has: the patterns of its inputs and
// outputs as directories and files of this host.
#pragma once

#include <cloister/config.h>

#include "framework/facts/facts.h"
#include "framework/kernel/error.h"
#include "framework/plan/request.h"

namespace cloister {

// `config.inputs` and `outputs` are absolute. An input that is not there, and is no output either,
// is an Error: it was meant otherwise.
Result<DeclaredFiles> declared_files(const CellConfig& config, const HostFacts& facts);

}  // namespace cloister
