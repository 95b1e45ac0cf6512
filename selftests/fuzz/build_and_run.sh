#!/usr/bin/env bash
# build_and_run.sh SECONDS [TARGET...]: builds preset fuzz and runs its targets. CTest's `fuzz` and ./dev fuzz.
set -euo pipefail
cd "$(dirname "$0")/../.."
if ! command -v clang++-19 >/dev/null; then
  echo "fuzz: there is no clang++-19 here: install the Debian packages clang-19 and libclang-rt-19-dev" >&2
  exit 1
fi
# Its output matters when it fails alone.
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { cmake --preset fuzz && cmake --build --preset fuzz; } >"$log" 2>&1; then
  cat "$log" >&2
  exit 1
fi
selftests/fuzz/run.sh build/fuzz "$@"
