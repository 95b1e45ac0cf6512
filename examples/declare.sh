#!/bin/bash
# Audits a program's tests, writes what that prints to a cloister.toml, and runs them with no more
# than that: examples/declare.sh CLOISTER PROGRAM.
set -eu
cloister=$1 program=$2
work=$(mktemp -d -p /var/tmp cloister-declare-XXXXXX)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$cloister" audit --toml "$program" 2>audit.log >cloister.toml || { cat audit.log >&2; exit 1; }
cat cloister.toml
"$cloister" run --config cloister.toml "$program" | tail -n 1
