#!/bin/sh
# Runs PROGRAM ARGS... as an ordinary user: as this one, or as nobody when this one is root. The program is
# copied to a directory that nobody can read, in case the build's cannot be.
set -eu
program=$1
shift
if [ "$(id -u)" != 0 ]; then
  exec "$program" "$@"
fi
place=$(mktemp -d /tmp/cloister-user.XXXXXX)
trap 'rm -rf "$place"' EXIT
cp "$program" "$place/"
chown -R 65534:65534 "$place"
chmod 755 "$place"
cd "$place"
status=0
TMPDIR=$place HOME=$place setpriv --reuid=65534 --regid=65534 --clear-groups \
  "$place/$(basename "$program")" "$@" || status=$?
exit "$status"
