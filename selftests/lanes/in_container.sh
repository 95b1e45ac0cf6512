#!/bin/sh
# in_container.sh PROGRAM [--with FILE]... [-- ARGS...]
# Runs PROGRAM in a container of crun's like those that Docker makes by default for an ordinary user: no
# capability, no cgroup to write to, a masked /proc, and a system call filter that lets nobody make namespaces.
# As an ordinary user this takes a user namespace around it all.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck disable=SC2034
lane=container
# shellcheck source=selftests/lanes/place.sh
. "$here/place.sh"
command -v crun >/dev/null || fail "there is no crun to run it: install the package crun"

bundle=$place/bundle
mkdir -p "$bundle/root"
"$here/container_config.sh" "$place/programs" "$bundle/root" "$@" >"$bundle/config.json"
# In a mount namespace, since crun wants no hybrid of cgroup v1 and v2: there is no v2 to see in there. It takes
# an ordinary user, who becomes root of a user namespace for it.
as_root=
[ "$(id -u)" = 0 ] || as_root=--map-root-user
# shellcheck disable=SC2086
unshare $as_root --mount --pid --fork true 2>"$place/refused" ||
  fail "cannot make the namespaces it takes ($(cat "$place/refused")): see 'What a host must give' in docs/CAPS.md"
status=0
# shellcheck disable=SC2016,SC2086
unshare $as_root --mount --pid --fork --kill-child sh -c '
  [ ! -d /sys/fs/cgroup/unified ] || mount -t tmpfs tmpfs /sys/fs/cgroup/unified
  mount -t proc proc /proc
  exec crun --root "$0/state" --cgroup-manager=disabled run --bundle "$0/bundle" lane' "$place" </dev/null ||
  status=$?
exit "$status"
