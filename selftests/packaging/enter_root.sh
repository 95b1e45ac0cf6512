#!/bin/sh
# enter_root.sh ROOT FILES COMMAND...
# Runs COMMAND in the directory ROOT as a host of its own, with a copy of FILES as /files and this host's /dev, /sys
# and network. Nothing is written to ROOT. It is run in a new mount and pid namespace, by root there, and relative
# paths suit best: overlayfs takes no ':' or ','.
set -eu
root=$1
files=$2
shift 2
fail() {
  echo "enter_root: $1" >&2
  exit 1
}
mkdir -p room
mount -t tmpfs -o mode=755 tmpfs room
mkdir room/upper room/work room/root
mount -t overlay -o "lowerdir=$root,upperdir=room/upper,workdir=room/work" overlay room/root ||
  fail "cannot mount overlayfs to write above '$root': run 'modprobe overlay', or use a kernel that has it"
cp -r "$files" room/root/files
cp -L /etc/resolv.conf /etc/hosts room/root/etc/
mount --rbind /dev room/root/dev
mount --rbind /sys room/root/sys
mount -t proc proc room/root/proc
cd room/root
# By pivot_root(2) and not chroot(2), after which there would be no user namespaces.
pivot_root . mnt
umount -l /mnt
cd /
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"
