#!/bin/sh
# enter_root.sh ROOT FILES COMMAND...
# Runs COMMAND in a copy of the directory ROOT as a host of its own, with a copy of FILES as /files and this host's
# /dev, /sys and network. The copies are in memory. It is run in a new mount and pid namespace, by root there.
set -eu
root=$1
files=$2
shift 2
room=$root.room
mkdir -p "$room"
mount -t tmpfs -o mode=755 tmpfs "$room"
cp -a "$root/." "$room"
cp -r "$files" "$room/files"
cp -L /etc/resolv.conf /etc/hosts "$room/etc/"
mount --rbind /dev "$room/dev"
mount --rbind /sys "$room/sys"
mount -t proc proc "$room/proc"
cd "$room"
# By pivot_root(2) and not chroot(2), after which there would be no user namespaces.
pivot_root . mnt
umount -l /mnt
cd /
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"
