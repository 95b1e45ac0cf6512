#!/usr/bin/env bash
# document_test.sh SOURCE CLOISTER [TESTS SCRATCH]
# docs/COMMAND.md is true: its commands run, and print what it shows. So is docs/RUN.md, with the test binaries of the
# folder TESTS under the names that it gives them.
set -euo pipefail
# shellcheck source=selftests/readme/check_console.sh
. "$1/selftests/readme/check_console.sh"
PATH=$(dirname "$(realpath "$2")"):$PATH
export PATH LC_ALL=C
if [ $# = 2 ]; then
  check_console "$1/docs/COMMAND.md" /no/prefix
  exit
fi
rm -rf "$4"
mkdir -p "$4"
cd "$4"
ln -s "$3/tests_googletest" storage_test
ln -s "$3/tests_catch2" parser_test
ln -s "$3/tests_doctest" codec_test
ln -s "$3/tests_boost_test" matrix_test
check_console "$1/docs/RUN.md" /no/prefix
