#!/usr/bin/env bash
# document_test.sh SOURCE CLOISTER
# docs/COMMAND.md is true: its commands run, and print what it shows.
set -euo pipefail
# shellcheck source=selftests/readme/check_console.sh
. "$1/selftests/readme/check_console.sh"
PATH=$(dirname "$(realpath "$2")"):$PATH
export PATH LC_ALL=C
check_console "$1/docs/COMMAND.md" /no/prefix
