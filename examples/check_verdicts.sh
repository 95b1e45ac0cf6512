#!/bin/bash
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

declare -A cause_of=()
declare -A asks=()
while (($# > 0)); do
  case $1 in
    --fails) cause_of[$2]=$3 ;;
    --asks) asks[$2]=$3 ;;
    *) echo "check_verdicts: there is no option $1" && exit 2 ;;
  esac
  shift 3
done
for test in "${!asks[@]}"; do
  if grep -q "^cloister: note: .*no ${asks[$test]}.* on this host" "$output"; then
    cause_of[$test]="was not run: cannot give this test the ${asks[$test]} it asks for"
  fi
done

problems=0
problem() {
  echo "check_verdicts: $1"
  problems=$((problems + 1))
}

count_lines() { grep -cF -- "$1" "$output"; }

tests=0
while read -r name _; do
  if [[ $name == *. ]]; then
    suite=$name
    continue
  fi
  test=$suite$name
  tests=$((tests + 1))
  cause=${cause_of[$test]-}
  unset "cause_of[$test]"
  verdict=$([[ $cause ]] && echo '[  FAILED  ]' || echo '[       OK ]')
  # With its time in parentheses: the list at the end names the failed tests once more.
  [[ $(count_lines "$verdict $test (") == 1 ]] || problem "$test should have ended as $verdict"
  [[ -z $cause ]] || grep -qF -- "cloister: $test $cause" "$output" ||
    problem "the failure of $test should say '$cause'"
  [[ $cause || $(count_lines "cloister: $test ") == 0 ]] || problem "$test is blamed"
done < <("$binary" --gtest_list_tests | grep -v '^Running main')

((tests > 0)) || problem "$binary lists no test"
for test in "${!cause_of[@]}"; do problem "$binary has no test $test"; done
failed=$(grep -c '^\[  FAILED  \] .* ms)$' "$output")
expected=$((failed > 0 ? 1 : 0))
((status == expected)) || problem "the exit status is $status, not $expected"

if ((problems > 0)); then
  echo "--- the output of $binary:"
  cat "$output"
  exit 1
fi
echo "check_verdicts: $tests tests ran, $failed of them failed, as they should"
