#!/bin/sh
# in_vm.sh root_v2|delegated_v2 PROGRAM [--with FILE]... [-- ARGS...]
# Runs PROGRAM in a user-mode Linux with cgroup v2, booted for it on this machine's own files, read-only.
# Who starts this does not matter; who runs PROGRAM in there is the lane (in_vm_init.sh). LANE_LIMIT=SECONDS
# ends a machine that hangs.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
lane=$1
shift
limit=${LANE_LIMIT:-580}
PATH=$PATH:/usr/sbin:/sbin
# shellcheck source=selftests/lanes/place.sh
. "$here/place.sh"

command -v linux.uml >/dev/null || fail "there is no linux.uml to boot: install the package user-mode-linux"
command -v mke2fs >/dev/null || fail "there is no mke2fs to make its disk with: install the package e2fsprogs"

cp "$here/in_vm_init.sh" "$place/init"
chmod 755 "$place/init"
for word in "$@"; do printf '%s\n' "$word"; done >"$place/command"
mke2fs -q -t ext2 -F "$place/disk" 16M >"$place/mke2fs" 2>&1 || fail "mke2fs made no disk: $(cat "$place/mke2fs")"

# Killed when this script dies; timeout takes everything that the machine started along.
TMPDIR=$place setpriv --pdeathsig TERM timeout --kill-after=3 "$limit" linux.uml \
  root=/dev/root rootfstype=hostfs rootflags=/ ro "init=$place/init" mem=1536M "ubd0=$place/disk" \
  "uml_dir=$place/" umid=machine con=null con0=null,fd:1 quiet "LANE=$lane" "LANE_PLACE=$place" \
  </dev/null >"$place/console" 2>&1 &
machine=$!
trap 'kill "$machine" 2>/dev/null || :; wait "$machine" || :; clean_up' EXIT
wait "$machine" || :

[ ! -f "$place/output" ] || cat "$place/output"
if [ ! -s "$place/status" ]; then
  echo "the console's last lines:" >&2
  tail -n 20 "$place/console" >&2
  fail "the machine ended, or was ended after $limit s, before '$1' had"
fi
exit "$(cat "$place/status")"
