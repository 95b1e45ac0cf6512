#!/bin/sh
# The init of a machine that in_vm.sh boots. The machine's disk is this host's, read-only: all that is written
# goes to tmpfs, or to $LANE_PLACE through hostfs. Runs the command as the lane says and powers off.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev 2>/dev/null
mkdir -p /dev/shm
for directory in /dev/shm /tmp /mnt; do mount -t tmpfs tmpfs "$directory"; done
mkdir -m 1777 /mnt/work
mkdir /mnt/place /mnt/disk
# The directory is the whole option up to Linux 6.10, and has a name since.
mount -t hostfs -o "$LANE_PLACE" none /mnt/place 2>/dev/null || mount -t hostfs -o "hostfs=$LANE_PLACE" none /mnt/place
exec >/mnt/place/output 2>&1 </dev/null
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount /dev/ubda /mnt/disk
chmod 1777 /mnt/disk
ip link set lo up

set --
while read -r word; do set -- "$@" "$word"; done </mnt/place/command
program=/mnt/place/programs/$1
shift
cd /mnt/work || exit
export HOME=/mnt/work CLOISTER_LANE="$LANE" CLOISTER_LANE_DISK=/mnt/disk

# See in_vm_madvise.c.
export LD_PRELOAD=/mnt/place/programs/libin_vm_madvise.so
case $LANE in
  root_v2) "$program" "$@" ;;
  delegated_v2)
    # As a service manager delegates: the controllers above, and in the group what a user needs to make groups.
    group=/sys/fs/cgroup/delegated
    sed 's/[^ ]*/+&/g' /sys/fs/cgroup/cgroup.controllers >/sys/fs/cgroup/cgroup.subtree_control
    mkdir "$group"
    chown 65534:65534 "$group" "$group/cgroup.procs" "$group/cgroup.subtree_control" "$group/cgroup.threads"
    # In the group are PROGRAM and the shell that waits for it, both the user's.
    # shellcheck disable=SC2016
    sh -c 'echo $$ >"$0/cgroup.procs" && exec setpriv --reuid=65534 --regid=65534 --clear-groups \
      sh -c "\"\$0\" \"\$@\"; exit \$?" "$@"' "$group" "$program" "$@"
    ;;
esac
status=$?
unset LD_PRELOAD

left=$(find /sys/fs/cgroup -type d -name 'cloister-*')
if [ -n "$left" ]; then
  echo "$LANE: left behind: $left"
  status=1
fi
echo "$status" >/mnt/place/status
sync
echo o >/proc/sysrq-trigger
sleep 60
