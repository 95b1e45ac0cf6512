#!/bin/sh
# Runs an example and checks who fails, and of what: exactly the named tests fail, each with its
# cause in its message, and every other test of the program passes. Called by CTest.
#
#   check_verdicts.sh BINARY [--fails TEST CAUSE]... [--asks TEST FACILITY]...
#
# CAUSE is a piece of text. --asks names a test that asks for a facility which some hosts lack (a
# memory cap, say): where the program says "no FACILITY on this host", the test has to fail with
# that as its cause, whatever --fails says of it.
set -u

binary=$1
shift
output=$(mktemp)
trap 'rm -f "$output"' EXIT

"$binary" --gtest_color=no >"$output" 2>&1
status=$?
problems=0

problem() {
  echo "check_verdicts: $1"
  problems=$((problems + 1))
}

# What the program printed from the start of the test $1 to its verdict.
report_of() {
  awk -v start="[ RUN      ] $1" -v name="$1" '
    $0 == start { inside = 1 }
    inside { print }
    inside && /^\[  (     OK|FAILED ) \] / && index($0, "] " name " (") { exit }' "$output"
}

guilty=' '
expect_failure() {
  guilty="$guilty$1 "
  report=$(report_of "$1")
  case $report in
    *"[  FAILED  ] $1 ("*) ;;
    *) problem "$1 should have failed" ;;
  esac
  case $report in
    *"cloister: $1 "*"$2"*) ;;
    *) problem "$1 should have failed with the words '$2'" ;;
  esac
}

host_lacks() { grep -q "^cloister: note: .*no $1.* on this host" "$output"; }

lacking=' '
for pass in asks fails; do
  i=1
  while [ "$i" -le $# ]; do
    eval "option=\$$i test=\$$((i + 1)) text=\$$((i + 2))"
    i=$((i + 3))
    [ "$option" = "--$pass" ] || continue
    if [ "$pass" = asks ]; then
      host_lacks "$text" || continue
      lacking="$lacking$test "
      expect_failure "$test" "was not run: cannot give this test the $text it asks for"
    else
      case $lacking in *" $test "*) continue ;; esac
      expect_failure "$test" "$text"
    fi
  done
done

# Every test of the program has exactly one line with its verdict.
suite=
tests=0
while read -r line; do
  case $line in
    *.) suite=$line && continue ;;
  esac
  test=$suite${line%% *}
  tests=$((tests + 1))
  case $guilty in
    *" $test "*) verdict='[  FAILED  ]' ;;
    *) verdict='[       OK ]' ;;
  esac
  lines=$(grep -cF "$verdict $test (" "$output")
  [ "$lines" -eq 1 ] || problem "$lines lines say '$verdict $test', not 1"
done <<END
$("$binary" --gtest_list_tests | grep -v '^Running main')
END
[ "$tests" -gt 0 ] || problem "$binary lists no test"

expected=0
[ "$guilty" = ' ' ] || expected=1
[ "$status" -eq "$expected" ] || problem "the exit status is $status, not $expected"

if [ "$problems" -ne 0 ]; then
  echo "--- the output of $binary:"
  cat "$output"
  exit 1
fi
echo "check_verdicts: $tests tests, failed as they should:$guilty"
