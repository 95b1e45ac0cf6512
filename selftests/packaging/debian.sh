#!/usr/bin/env bash
# debian.sh SOURCE SCRATCH CMAKE_OPTIONS...
# Makes the Debian packages of Cloister, looks at what is in them, and uses them in a clean root of this release of
# the distribution. Everything is in SCRATCH, where the root is kept for the next time.
set -euo pipefail
source=$1
scratch=$2
options=("${@:3}")
here=$(cd "$(dirname "$0")" && pwd)
fail() {
  echo "packaging.debian: $1" >&2
  exit 1
}
# quietly COMMAND...: its output is shown where it fails.
quietly() {
  "$@" >"$scratch/output" 2>&1 || { cat "$scratch/output" >&2 && fail "'$*' failed"; }
}
for needed in mmdebstrap:mmdebstrap lintian:lintian dpkg-shlibdeps:dpkg-dev file:file; do
  command -v "${needed%:*}" >/dev/null || fail "there is no ${needed%:*}: install the package ${needed#*:}"
done
mkdir -p "$scratch"
inside=(unshare --mount --pid --fork --kill-child)
[ "$(id -u)" = 0 ] || inside+=(--map-root-user --map-auto)
"${inside[@]}" true 2>"$scratch/refused" ||
  fail "cannot make the namespaces that it takes ($(cat "$scratch/refused")): run it as root, or as a user who may make \
user namespaces and has ids in /etc/subuid and /etc/subgid, with the package uidmap"

# Both take the while of one processor.
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
"${inside[@]}" "$here/../lanes/bootstrap.sh" "$suite" "$scratch/root" g++ cmake make pkg-config \
  >"$scratch/bootstrap.log" 2>&1 &
bootstrap=$!
trap 'kill -KILL "$bootstrap" 2>/dev/null || true' EXIT

quietly cmake -S "$source" -B "$scratch/build" "${options[@]}" -DCMAKE_INSTALL_PREFIX=/usr -DCLOISTER_TESTS=OFF \
  -DCLOISTER_COMMAND=ON -DCLOISTER_STATIC_COMMAND=OFF
quietly cmake --build "$scratch/build"
packages=$scratch/packages
contents=$scratch/contents
rm -rf "$packages" "$contents"
mkdir "$contents"
quietly cpack --config "$scratch/build/CPackConfig.cmake" -B "$packages"
rm -rf "$packages/_CPack_Packages"
version=$(dpkg-deb -f "$packages"/cloister_*.deb Version)
[ "$(cd "$packages" && echo *)" = "$(echo {cloister,libcloister-dev}_"${version}_$(dpkg --print-architecture)".deb)" ] ||
  fail "the packages are $(cd "$packages" && echo *)"
lintian --tag-display-limit 0 --fail-on error "$packages"/*.deb 2>"$scratch/output" ||
  { cat "$scratch/output" >&2 && fail "lintian has errors"; }

# What lintian does not see.
for package in "$packages"/*.deb; do
  name=$(basename "${package%%_*}")
  dpkg-deb -R "$package" "$contents/$name"
  (cd "$contents/$name" && md5sum --quiet -c DEBIAN/md5sums) || fail "the md5sums of $name are others"
  [ "$(find "$contents/$name/usr" -type f | wc -l)" = "$(wc -l <"$contents/$name/DEBIAN/md5sums")" ] ||
    fail "$name has files without md5sums"
done
! find "$contents" -mindepth 1 -empty | grep . || fail "that is empty"
for path in "$source" "$scratch"; do
  ! grep -rlF "$path" "$contents" || fail "these have the path $path in them; for __FILE__ there is -fmacro-prefix-map"
done
! find "$contents" -name '*.a' -exec readelf -SW {} + | grep -q '\.debug_' || fail "the libraries have debug information"
! readelf -SW "$contents/cloister/usr/bin/cloister" | grep -q '\.symtab' || fail "the command is not stripped"
for page in "$source"/docs/man/*.1; do
  zcat "$contents/cloister/usr/share/man/man1/$(basename "$page").gz" | cmp - "$page" || fail "$page is not in its package"
done

wait "$bootstrap" || { cat "$scratch/bootstrap.log" >&2 && fail "there is no clean root to use them in"; }
trap - EXIT
rm -rf "$scratch/files"
mkdir "$scratch/files"
cp -r "$packages"/*.deb "$here/outside_project" "$here/in_clean_root.sh" "$scratch/files/"
"${inside[@]}" "$here/enter_root.sh" "$scratch/root" "$scratch/files" /files/in_clean_root.sh
