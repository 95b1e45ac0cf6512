#!/bin/sh
# as_ordinary_user.sh PROGRAM [--with FILE]... [-- ARGS...]
# Runs PROGRAM as an ordinary user: as this one, or as nobody when this one is root. Then the program and
# the files are copied to a directory of nobody's, in case the build's cannot be read.
set -eu
program=$1
shift
place=
if [ "$(id -u)" = 0 ]; then
  place=$(mktemp -d /tmp/user.XXXXXX)
  trap 'rm -rf "$place"' EXIT
  cp "$program" "$place/"
fi
while [ "${1:-}" = --with ]; do
  [ -z "$place" ] || cp "$2" "$place/"
  shift 2
done
[ "${1:-}" != -- ] || shift
[ -n "$place" ] || exec "$program" "$@"

chown -R 65534:65534 "$place"
chmod 755 "$place"
cd "$place"
status=0
TMPDIR=$place HOME=$place setpriv --reuid=65534 --regid=65534 --clear-groups \
  "$place/$(basename "$program")" "$@" || status=$?
exit "$status"
