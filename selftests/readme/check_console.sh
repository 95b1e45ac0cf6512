# check_console.sh, sourced: runs the "$ " lines of a document's console blocks and requires every line of
# output shown there. Numbers that vary (times, peak memory) are masked.
# shellcheck shell=bash

# block FILE LANGUAGE [NAME]: the fenced blocks with that info string.
block() { awk -v head="\`\`\`$2${3:+ $3}" '$0 == head {on = 1; next} /^```$/ {on = 0} on' "$1"; }

# mask PREFIX: without what varies, and without PREFIX.
mask() {
  sed -E -e "s#$1/##g" -e 's/[0-9.]+ s, peak memory [0-9.]+ [A-Za-z]+/TIME, peak memory SIZE/' \
    -e 's/\(peak [0-9.]+ MiB\)/(peak SIZE)/' -e 's/memory: .* of file cache/memory: PARTS/' -e 's/\([0-9]+ ms\)/(TIME)/' -e 's/, core dumped//' \
    -e 's/^( *[A-Z]+) +[0-9.]+ s  /\1 TIME  /' -e 's/ in [0-9.]+ s: / in TIME: /' \
    -e 's/-[A-Za-z0-9]{6}\.log/-XXXXXX.log/' -e 's/ after [0-9]+ ms of/ after TIME of/' \
    -e 's/[0-9]+:[A-Z] [0-9]+ [A-Z][a-z]+ [0-9]{4} [0-9:.]+ /REDIS /' \
    -e 's/[0-9]+ forks? w(as|ere) refused/N forks were refused/'
}

# check_console FILE PREFIX: 0 when all is as shown. Commands run in the working directory.
check_console() {
  local line status=0 commands=0 output
  output=$(mktemp)
  while IFS= read -r line; do
    if [[ $line == '$ '* ]]; then
      commands=$((commands + 1))
      bash -c "${line#'$ '}" 2>&1 </dev/null | mask "$2" >"$output" || true
    elif ! grep -qxF -- "$(mask "$2" <<<"$line")" "$output"; then
      # Where an ordinary user's run may differ: no caps without a delegated cgroup.
      if [[ $line == *' memory cap of'* || $line == *'of file cache' || $line == *' process cap of'* ]] &&
        grep -qE 'no (memory|process) cap.* on this host|the (memory|process) cap it asks for' "$output"; then continue; fi
      printf '%s shows a line that does not come out:\n  %s\nbut this does:\n' "$1" "$line"
      sed 's/^/  /' "$output"
      status=1
    fi
  done < <(block "$1" console)
  rm -f "$output"
  [ "$commands" -gt 0 ] || { echo "$1 has no commands to try"; return 1; }
  return "$status"
}
