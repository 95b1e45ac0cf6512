#!/usr/bin/env bash
# cgroup_cure.sh, as root of a machine with cgroup v2 and no systemd, beside a copy of cloister: an ordinary user
# copies the doctor's line for the memory cap, and has it.
set -euo pipefail
cloister=$(dirname "$0")/cloister
# The machine's files are those of its host, which may be a container: a root without the sign of that.
root=$(mktemp -d)
chmod 755 "$root"
mount --bind "$root" "$root"
for entry in /*; do
  if [ -L "$entry" ]; then
    cp -P "$entry" "$root$entry"
  elif [ -d "$entry" ] && [ "$entry" != "${root%/*}" ]; then
    mkdir "$root$entry"
    mount --rbind "$entry" "$root$entry"
  fi
done
mkdir -m 1777 "$root/tmp" "$root/old"
cd "$root"
pivot_root . old
cd /
# That user's shell. There is no sudo here: what the line does by sudo, this script does.
place=$(mktemp -d)
mkfifo "$place/to" "$place/from"
setpriv --reuid=65534 --regid=65534 --clear-groups sh <"$place/to" >"$place/from" &
user_shell=$!
exec 8>"$place/to" 9<"$place/from"
to_shell() { echo "$1" >&8; }
answer() { while IFS= read -r -u 9 said && [ "$said" != end ]; do printf '%s\n' "$said"; done; }

to_shell "cd /; $cloister doctor; echo end"
told=$(answer)
line=$(sed -n "s/^ *sudo sh -c 'cd/sh -c 'cd/p" <<<"$told")
[ -n "$line" ] || { printf 'the doctor has no line about cgroups:\n%s\n' "$told"; exit 1; }
echo "line: $line"
line=${line//\$(id -u)/65534}
eval "${line//\'\$\$\'/$user_shell}"

to_shell "$cloister doctor; $cloister exec -q --memory 64M -- tail /dev/zero 2>&1; echo end"
told=$(answer)
echo "$told"
grep -qx 'memory cap                yes' <<<"$told"
grep -qx 'process cap               yes' <<<"$told"
grep -q 'tail reached its memory cap of 64 MiB' <<<"$told"
