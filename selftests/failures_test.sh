#!/usr/bin/env bash
# failures_test.sh: what ./dev test says at its end of a run in which tests failed.
set -euo pipefail
cd "$(dirname "$0")"

log='        Start   1: passes
  1/4 Test   #1: passes ...   Passed    0.01 sec
        Start   2: program
  2/4 Test   #2: program ...***Failed    0.01 sec
[ RUN      ] A.Passes
[       OK ] A.Passes (0 ms)
[ RUN      ] A.RunsOthers
[ RUN      ] B.Passes
[       OK ] B.Passes (0 ms)
[ RUN      ] B.Fails
b.cc:1: Failure
[  FAILED  ] B.Fails (0 ms)
[  FAILED  ] A.RunsOthers (0 ms)
[ RUN      ] C/A.Fails/0
c.cc:1: Failure
[  FAILED  ] C/A.Fails/0, where GetParam() = 1 (0 ms)
[ RUN      ] D.Dies
about to die
        Start   3: script
  3/4 Test   #3: script ...***Timeout   0.01 sec
too late
        Start   4: passes too
  4/4 Test   #4: passes too ...   Passed    0.01 sec

50% tests passed, 2 tests failed out of 4'

expected='
  2/4 Test   #2: program ...***Failed    0.01 sec
[ RUN      ] A.RunsOthers
b.cc:1: Failure
[  FAILED  ] B.Fails (0 ms)
[  FAILED  ] A.RunsOthers (0 ms)
[ RUN      ] C/A.Fails/0
c.cc:1: Failure
[  FAILED  ] C/A.Fails/0, where GetParam() = 1 (0 ms)
[ RUN      ] D.Dies
about to die

  3/4 Test   #3: script ...***Timeout   0.01 sec
too late'

diff <(echo "$expected") <(awk -f failures.awk <<<"$log")
