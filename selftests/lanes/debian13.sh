#!/bin/sh
# debian13.sh SOURCE PLACE build [CMAKE OPTIONS...]
# debian13.sh SOURCE PLACE test NAMES [CTEST OPTIONS...]
# debian13.sh SOURCE PLACE newest_googletest
# The core selftests on Debian 13: its packages in a directory, PLACE/root, which is made once; Cloister at SOURCE, built
# there with that compiler and those libraries, in PLACE/build. `test` runs the tests of this build whose names the
# regular expression NAMES matches; `newest_googletest` runs `programs` on guests with the GoogleTest of Debian's
# testing. LANE_MIRROR=URL is where the packages come from, where apt has no mirror of Debian's.
set -eu
# CTest leaves descriptors of its own to what it runs, and some tests count theirs.
exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
source=$1 place=$2 what=$3
shift 3
PATH=$PATH:/usr/sbin:/sbin
packages=g++,cmake,ninja-build,ccache,libfmt-dev,libtomlplusplus-dev,libgtest-dev,libgmock-dev,googletest
packages=$packages,libcli11-dev,nlohmann-json3-dev,libpugixml-dev,libboost-dev,libboost-test-dev,catch2,doctest-dev
packages=$packages,libxml2-utils,iproute2,procps,mount
slow_to_compile='gmock-.*|gmock_link_test|gtest_unittest|googletest-(param|printers)-test.*'
keys=/usr/share/keyrings/debian-archive-keyring.gpg

fail() {
  echo "debian13: $1" >&2
  exit 1
}
[ "$(id -u)" = 0 ] || fail "making the root directory of a Debian 13 takes root: run the selftests as root"
unshare --mount --pid --fork true 2>/dev/null ||
  fail "cannot make a mount and a pid namespace: run the selftests where root has CAP_SYS_ADMIN"

# The mirror of Debian that apt uses on this machine.
mirror() {
  if [ -n "${LANE_MIRROR:-}" ]; then
    echo "$LANE_MIRROR"
    return
  fi
  # shellcheck source=/dev/null
  . /etc/os-release
  url=
  # shellcheck disable=SC2016
  [ "$ID" != debian ] || url=$(apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(SITE)' 'Created-By: Packages' |
    awk -v release="${VERSION_CODENAME:-}" '$1 == release && $2 == "main" { print $3; exit }')
  [ -n "$url" ] || fail "apt has no mirror of Debian here: name one with LANE_MIRROR=URL"
  echo "$url"
}

make_root() {
  command -v mmdebstrap >/dev/null || fail "there is no mmdebstrap to make its root with: install the package mmdebstrap"
  [ -f "$keys" ] || fail "Debian's packages cannot be verified: install the package debian-archive-keyring"
  url=$(mirror)
  rm -rf "$place/root" "$place/root.new"
  # Without what nobody reads there, and with no care for a crash: a root that is half made is made anew.
  unshare --mount mmdebstrap --quiet --mode=root --variant=essential --include="$packages" --keyring="$keys" \
    --aptopt='Apt::Install-Recommends "false"' --dpkgopt=force-unsafe-io \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
    --dpkgopt='path-exclude=/usr/share/cmake-*/Help/*' \
    trixie "$place/root.new" "$url" >"$place/bootstrap.log" 2>&1 ||
    fail "cannot install its packages from apt's mirror: $(tail -n 3 "$place/bootstrap.log")"
  mkdir "$place/root.new/cloister" "$place/root.new/build" "$place/root.new/ccache"
  printf '127.0.0.1\tlocalhost\n::1\tlocalhost\n' >"$place/root.new/etc/hosts"
  echo "$packages" >"$place/root.new/packages"
  mv "$place/root.new" "$place/root"
}

# inside COMMAND...: in namespaces of its own, with this machine's devices and cgroups, beside tests of the host. The
# root is that of the mount namespace, since the kernel gives no user namespace to what chroot(2) has confined.
inside() {
  result=0
  namespace=$(mktemp "$place/namespace.XXXXXX")
  # shellcheck disable=SC2016
  unshare --mount --pid --ipc --net --fork --kill-child sh -euc '
    cd "$0"
    mount --bind root root
    mount -t proc proc root/proc
    readlink root/proc/self/ns/pid | tr -dc 0-9 >"$3"
    for each in sys dev; do mount --rbind "/$each" "root/$each"; done
    mount -t tmpfs tmpfs root/dev/shm
    ip link set lo up
    mount --bind -o ro "$1" root/cloister
    mount --bind build root/build
    mount --bind "$2" root/ccache
    shift 3
    cd root
    pivot_root . mnt
    cd /
    umount -l mnt
    exec env -i PATH=/usr/sbin:/usr/bin HOME=/root CLOISTER_CONFIG=none CCACHE_DIR=/ccache CCACHE_DEPEND=1 \
      CCACHE_BASEDIR=/build CCACHE_NOHASHDIR=1 CMAKE_CXX_COMPILER_LAUNCHER=ccache CMAKE_C_COMPILER_LAUNCHER=ccache "$@"' \
    "$place" "$source" "$ccache" "$namespace" "$@" || result=$?
  # What runs that were killed there have left is swept by the next one of their namespace, and there is none.
  find /sys/fs/cgroup -depth -type d -path "*/cloister-$(cat "$namespace")-*" -exec rmdir {} + 2>/dev/null || true
  rm "$namespace"
  return "$result"
}

# configured DIRECTORY OPTIONS...
configured() {
  inside cmake -G Ninja -S /cloister -B "$@" -DCLOISTER_CORE_TESTS=ON >"$place/configure.log" 2>&1 || {
    cat "$place/configure.log"
    fail "Cloister cannot be configured there"
  }
  if grep -q 'CMake Warning' "$place/configure.log"; then
    cat "$place/configure.log"
    fail "CMake has warnings there"
  fi
}

newest_googletest() {
  mkdir -p "$place/apt/lists/partial" "$place/apt/cache/archives/partial" "$place/root/newest"
  cd "$place/apt"
  echo "deb [signed-by=$keys] $(mirror) testing main" >sources.list
  set -- -qq -o Dir::Etc::sourcelist="$PWD/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::State::lists="$PWD/lists" -o Dir::Cache="$PWD/cache" -o Acquire::Languages=none -o APT::Sandbox::User=root
  {
    apt-get "$@" update && apt-get "$@" download googletest/testing && dpkg -x googletest_*.deb "$place/root/newest"
  } >log 2>&1 || fail "cannot get GoogleTest from apt's mirror: $(tail -n 3 log)"
  ls googletest_*.deb
  cd "$place"
  rm -rf apt
}

ccache=${CCACHE_DIR:-$place/ccache}
mkdir -p "$place/build" "$ccache"
case $what in
  build)
    [ "$(cat "$place/root/packages" 2>/dev/null)" = "$packages" ] || make_root
    configured /build "$@"
    # Of GoogleTest's own, what takes long to compile and has no more to do with cells than the others is left out.
    own=$(inside ninja -C /build -t targets all |
      sed -n 's,^\(selftests/googletest_own/[a-z]*/[^:]*\): CXX_EXECUTABLE.*,\1,p' | grep -Ev "/($slow_to_compile)\$")
    # shellcheck disable=SC2086
    inside nice ninja -j"$(nproc)" -C /build --quiet framework_test googletest_adapter_test programs_test inside_test host_table \
      service_test service_log_test compare_results $own
    ;;
  test)
    inside ctest --test-dir /build --output-on-failure --no-tests=error -R "$@" -E "^googletest_own[.]($slow_to_compile)\$"
    ;;
  newest_googletest)
    [ -d "$place/root/newest/usr/src/googletest" ] || newest_googletest
    configured /build/newest -DCLOISTER_GTEST_SOURCE=/newest/usr/src/googletest "$@"
    inside nice ninja -j"$(nproc)" -C /build/newest --quiet selftests/guests/all without_calls empty_tests
    # The same tests, on the other guests; but for what is no matter of GoogleTest: ends of the run, limits of the host.
    # shellcheck disable=SC2016
    inside sh -euc '
      mount --bind /build/newest/selftests/guests /build/selftests/guests
      cd /build/newest
      exec /build/selftests/adapters/googletest/programs_test --gtest_filter="-Killed*:*/Killed*:Jobs.*:Pids.*:Launch.*:\
*/Interrupted*:Interruption.*:StoppedRun*:*SilentWarden*:NoMemory.*:*Few*:*/ManyJobs*:SmallFiles.*:SmallStack.*:Growth.*:\
FullDisk.*:Held*:ConfigFile*:*FilterOfAnOverride*:Optimised/*:*OfASuiteShareACell/*:*AllTestsShareACell/*:*ServersOfOneSetUp/*"'
    ;;
  *) fail "there is no '$what'" ;;
esac
