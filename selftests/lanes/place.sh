# place.sh, sourced by the lanes that run copies. Takes PROGRAM [--with FILE]... [-- ARGS...] from "$@",
# copies the programs into $place/programs, which is removed at the end, and leaves the copy's NAME ARGS...
# in "$@". A build tree may lie where the lane's user cannot read.
# shellcheck shell=sh disable=SC2154
place=$(mktemp -d "${TMPDIR:-/tmp}/lane.XXXXXX")
clean_up() { rm -rf "$place"; }
trap clean_up EXIT
trap 'exit 130' INT TERM HUP
chmod 755 "$place"
mkdir "$place/programs"

program=$(basename "$1")
cp "$1" "$place/programs/"
shift
while [ "${1:-}" = --with ]; do
  cp "$2" "$place/programs/"
  shift 2
done
[ "${1:-}" != -- ] || shift
chmod -R a+rX "$place/programs"
set -- "$program" "$@"

# fail SENTENCE: a lane that cannot run says why and what to install, and is no pass.
fail() {
  echo "$lane: $1" >&2
  exit 1
}
