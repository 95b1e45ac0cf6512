#!/usr/bin/env bash
# kinds_corpus.sh BUILD: makes anew those seeds of corpus/kinds/ that are what real programs write, namely the test
# binaries of selftests/guests/frameworks/. The first byte is the framework, with 4 added for a report (kinds.cc).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
programs=$1/selftests/guests/frameworks
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# seed NAME BYTE FILE
seed() { { printf "\\x0$2"; cat "$3"; } >"$here/corpus/kinds/$1"; }

"$programs/tests_googletest" --gtest_list_tests --gtest_output="xml:$work/list" >/dev/null
seed googletest_list 0 "$work/list"
"$programs/tests_googletest" --gtest_filter='Ends.Passes:Ends.Fails:Ends.Skips' --gtest_output="xml:$work/report" \
  >/dev/null || true
seed googletest_report 4 "$work/report"

"$programs/tests_catch2" --list-test-names-only >"$work/list" || true
seed catch2_list 1 "$work/list"
"$programs/tests_catch2" passes,fails,sections --reporter xml --out "$work/report" || true
seed catch2_report 5 "$work/report"

"$programs/tests_doctest" --list-test-cases --reporters=xml --no-skip=true --order-by=file --out="$work/list"
seed doctest_list 2 "$work/list"
"$programs/tests_doctest" --test-case=passes,fails,subcases,skipped --reporters=xml --out="$work/report" || true
seed doctest_report 6 "$work/report"

"$programs/tests_boost_test" --list_content=DOT --color_output=no 2>"$work/list"
seed boost_list 3 "$work/list"
"$programs/tests_boost_test" --run_test=passes,fails,outer --report_format=XML --report_level=detailed \
  --report_sink="$work/report" --log_format=XML --log_level=error --log_sink="$work/log" || true
seed boost_report 7 "$work/report"
