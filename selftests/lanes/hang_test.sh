#!/bin/sh
# A machine that hangs is ended in time, shows its console, and leaves neither a file nor a process.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/hang.XXXXXX")
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

status=0
said=$(LANE_LIMIT=12 "$here/in_vm.sh" root_v2 /bin/sh -- -c 'echo it runs; sleep 600' 2>&1) || status=$?
expect() {
  case $said in
    *"$1"*) ;;
    *)
      printf 'not said: %s\nsaid: %s\n' "$1" "$said"
      exit 1
      ;;
  esac
}
[ "$status" = 1 ] || { echo "status $status" && exit 1; }
expect "it runs"
expect "the console's last lines:"
expect "root_v2: the machine ended, or was ended after 12 s, before 'sh' had"
[ -z "$(ls -A "$TMPDIR")" ] || { echo "left: $(ls -A "$TMPDIR")" && exit 1; }
left=$(grep -ls "$TMPDIR" /proc/[0-9]*/cmdline || :)
[ -z "$left" ] || { echo "still running: $left" && exit 1; }
