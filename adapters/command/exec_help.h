// The text of `cloister exec --help`. A selftest compares it with the existing options.
#pragma once

namespace cloister::command {

inline constexpr const char* kExecHelp =
    R"(usage: cloister exec [OPTIONS] -- COMMAND [ARGS...]

Runs one command in a cell, and ends as it ends: with its exit status, 128+n for
signal n, 125 when there is no cell, 126 or 127 when the command cannot be run.
All namespaces but time by default; switches have a --no- form, as in --no-pid.

namespaces  -m --mount  -u --uts  -i --ipc  -p --pid  -U --user  -C --cgroup
            -n --net --network=loopback|none|host
            -T --time  --monotonic SECONDS  --boottime SECONDS
identity    -r --map-root-user     root inside, with every capability there
            -c --map-current-user  --setgroups allow|deny
            -S --uid --setuid N  -G --gid --setgid N
            --privileged           every capability inside, as to mount
files       --bind SRC:DST[:ro]  --tmpfs DST[:SIZE]  --mount-proc[=DIR]
                                   mounted in the order given
            -R --root DIR          DIR is the root;  --new-root an empty one
            -w --wd --workdir DIR  where to start
            --propagation private|slave|shared|unchanged
            --private-tmp  --tmp-size SIZE  --shm-size SIZE  --tmpfs-inodes N
            --files host|keep|discard|readonly|declared  what happens to writes
            --files-in LIST  --shared-files LIST  where; and what all share
            --inputs LIST  --outputs LIST  all that there is, with 'declared'
            --files-store DIR      where that is kept until the end
            --keep-failed DIR      where to save what a failed command wrote
            --audit                record what it uses by name, for --report
caps        --memory SIZE  --memory-high SIZE  --pids --processes N
            --cpus N  --cpu-set LIST  --cpu-time TIME  --deadline TIME
            --io-read-rate SIZE  --io-write-rate SIZE
            --open-files N  --file-size SIZE  --core-size SIZE
command     --hostname NAME  -e --env NAME[=VALUE]  --clear-env
            -t --tty               a terminal of its own
            --leaks ignore|report|fail  notes of what it leaves; fail: status 1
            --keep-fds LIST        descriptors that stay open
            --keep-paths LIST      what stays visible below /tmp and /dev/shm
            --explain              print the plan of the cell, run nothing
            --report FILE          write how it ended, as JSON
            --require  no cell that lacks a default;  -q --quiet  no notes
            -f --fork  --kill-child   always on; accepted as in unshare(1)
            -h --help

examples:
  cloister exec -- bash
  cloister exec --memory 64M --pids 32 --deadline 10s -- make check
)";

}  // namespace cloister::command
