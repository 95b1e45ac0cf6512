# failures.awk LOG: of each test that failed in a log of CTest's, what it says of that: each failed test of a
# GoogleTest program with what it printed, and of what is none, or died in a test, the last 40 lines.
function tell(from,  i, shown) {
  for (i = from; i <= count; ++i) {
    # A test may have run a program of tests itself: what passed in there says nothing.
    if (i > 1 && i < count && lines[i] ~ /^(\[ RUN   |\[       OK |\[-----|$)/) continue
    if (++shown <= 120) print lines[i]
  }
  if (shown > 120) printf "[%d lines more]\n", shown - 120
  told = 1
}
function end_of_output() {
  if (failing && (!told || name != "")) tell(count > 40 ? count - 39 : 1)
}
/^ *[0-9]+\/[0-9]+ Test +#[0-9]+: .*\*\*\*/ {
  end_of_output()
  printf "\n%s\n", $0
  failing = 1; told = 0; count = 0; name = ""
  next
}
/^ *Start +[0-9]+: / || /^[0-9]+% tests passed/ { end_of_output(); failing = 0 }
!failing { next }
name == "" && /^\[ RUN      \] / { name = $4; count = 0 }
{ lines[++count] = $0 }
# The same goes for a program in a test: only the name that was begun ends it.
name != "" && /^\[       OK \] / && $4 == name { name = ""; count = 0 }
name != "" && /^\[  FAILED  \] / && ($4 == name || $4 == name ",") { tell(1); name = ""; count = 0 }
END { end_of_output() }
