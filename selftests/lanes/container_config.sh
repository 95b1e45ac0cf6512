#!/bin/sh
# container_config.sh PROGRAMS ROOT NAME ARGS...
# With LANE_GUARDS=none without the guards that Docker's --security-opt seccomp=unconfined and
# systempaths=unconfined take away.
# Prints the config.json of a container on this host's own files that runs PROGRAMS/NAME; makes the mount points
# and links that its root file system ROOT needs. Lists of paths as of Docker's defaults.
set -eu
programs=$1
root=$2
shift 2

mkdir -p "$root/proc" "$root/sys" "$root/dev" "$root/tmp" "$root/work" "$root/programs"
mounts=
for directory in /usr /etc /bin /sbin /lib /lib32 /lib64 /libx32; do
  if [ -L "$directory" ]; then
    ln -s "$(readlink "$directory")" "$root$directory"
  elif [ -d "$directory" ]; then
    mkdir "$root$directory"
    mounts="$mounts
    {\"destination\": \"$directory\", \"source\": \"$directory\", \"options\": [\"rbind\", \"ro\", \"nosuid\"]},"
  fi
done

words=
for word in "$@"; do
  words="$words, \"$(printf '%s' "$word" | sed 's/[\\"]/\\&/g')\""
done

# clone(2) with any flag that makes a namespace: CLONE_NEW{NS,CGROUP,UTS,IPC,USER,PID,NET,TIME}.
refused_clones=
for flag in 131072 33554432 67108864 134217728 268435456 536870912 1073741824 128; do
  refused_clones="$refused_clones
      {\"names\": [\"clone\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 1,
       \"args\": [{\"index\": 0, \"value\": $flag, \"valueTwo\": $flag, \"op\": \"SCMP_CMP_MASKED_EQ\"}]},"
done

# An ordinary user may map one id only.
user_namespace=
if [ "$(id -u)" != 0 ]; then
  user_namespace=', {"type": "user"}'
  mappings="\"uidMappings\": [{\"containerID\": 65534, \"hostID\": 0, \"size\": 1}],
    \"gidMappings\": [{\"containerID\": 65534, \"hostID\": 0, \"size\": 1}],"
fi

guards=
if [ "${LANE_GUARDS:-}" != none ]; then
  guards=$(
    cat <<GUARDS
,
    "maskedPaths": ["/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug",
      "/proc/scsi", "/proc/timer_list", "/proc/timer_stats", "/sys/firmware", "/sys/devices/virtual/powercap"],
    "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
    "seccomp": {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [$refused_clones
      {"names": ["unshare", "setns", "mount", "umount2", "pivot_root", "mount_setattr", "open_tree", "move_mount", "fsopen",
        "fsmount"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1},
      {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}
    ]}
GUARDS
  )
fi

cat <<END
{
  "ociVersion": "1.0.0",
  "hostname": "container",
  "root": {"path": "$root", "readonly": true},
  "process": {
    "user": {"uid": 65534, "gid": 65534},
    "args": ["/bin/sh", "-c", "\"\$0\" \"\$@\"; exit \$?", "/programs/$1"$(printf '%s' "$words" | sed 's/^, "[^"]*"//')],
    "env": ["PATH=/usr/bin:/bin:/usr/sbin:/sbin", "HOME=/work", "CLOISTER_LANE=container"],
    "cwd": "/work",
    "noNewPrivileges": true,
    "capabilities": {"bounding": [], "effective": [], "inheritable": [], "permitted": [], "ambient": []}
  },
  "mounts": [$mounts
    {"destination": "/proc", "type": "proc", "source": "proc", "options": ["nosuid", "noexec", "nodev"]},
    {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755", "size=65536k"]},
    {"destination": "/dev/shm", "type": "tmpfs", "source": "shm", "options": ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]},
    {"destination": "/dev/mqueue", "type": "mqueue", "source": "mqueue", "options": ["nosuid", "noexec", "nodev"]},
    {"destination": "/sys", "source": "/sys", "options": ["rbind", "rro", "nosuid", "noexec", "nodev"]},
    {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "nodev", "mode=1777"]},
    {"destination": "/work", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "nodev", "mode=1777"]},
    {"destination": "/programs", "source": "$programs", "options": ["rbind", "ro", "nosuid", "nodev"]}
  ],
  "linux": {
    ${mappings:-}
    "namespaces": [{"type": "pid"}, {"type": "mount"}, {"type": "network"}, {"type": "uts"}, {"type": "ipc"}, {"type": "cgroup"}$user_namespace]$guards
  }
}
END
