#!/bin/sh
# bootstrap.sh SUITE DIRECTORY PACKAGE...
# Makes a clean root of the release SUITE in DIRECTORY: its essential packages, apt and the PACKAGEs, without
# documentation, from the mirrors that this host's apt has. What is there already, made of the same within a week,
# is kept; else it is made anew. It takes root, of a user namespace that maps the packages' users if need be.
set -eu
suite=$1
directory=$2
shift 2
fail() {
  echo "bootstrap: $1" >&2
  exit 1
}
made_of="$suite $*"
stamp=$directory.made_of
[ ! -d "$directory" ] || [ "$(cat "$stamp" 2>/dev/null)" != "$made_of" ] ||
  [ -z "$(find "$stamp" -mtime -7)" ] || exit 0
command -v mmdebstrap >/dev/null || fail "there is no mmdebstrap to make a root with: install the package mmdebstrap"

# The host's own release, from where and in which parts it has that; SUITE is taken from the same places.
# shellcheck source=/dev/null
own=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
sources=$(apt-get indextargets --format "\$(SITE) \$(RELEASE) \$(COMPONENT)" 'Created-By: Packages' | sort -u |
  awk -v own="$own" -v suite="$suite" '
    $2 == own || index($2, own "-") == 1 { print "deb", $1, suite substr($2, length(own) + 1), $3 }')
[ -n "$sources" ] || fail "apt has no lists of '$own' here, from which to learn a mirror: run 'apt-get update'"

rm -rf "$directory" "$stamp"
mkdir -p "$(dirname "$directory")"
options=$directory.apt_options
apt-config dump | grep -E '^Acquire::(https?::|ftp::|Check-|Retries)' >"$options" || true
packages=$(echo "$*" | tr ' ' ,)
[ -z "$packages" ] || packages=--include=$packages
# In namespaces, so that no mount or process of it outlives it.
# shellcheck disable=SC2086
echo "$sources" | unshare --mount --pid --fork --kill-child --mount-proc mmdebstrap --quiet --variant=minbase $packages --aptopt="$options" \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/info/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  --dpkgopt=force-unsafe-io "$suite" "$directory" - ||
  fail "mmdebstrap could not make a root of '$suite': see what it says above"
echo "$made_of" >"$stamp"
