#!/usr/bin/env bash
# caps_table.sh: prints the table of docs/CAPS.md from what is written down for the lanes; each lane's run of
# host_table and of the caps' tests holds it to that. caps_table.sh --check compares, --write renews.
set -euo pipefail
cd "$(dirname "$0")/../.."
document=docs/CAPS.md
lanes=(root_v1 root_v2 delegated_v2 user_without_cgroups container nested_root nested_user)

gives() { grep -qx "$2: yes" "selftests/lanes/expected/$1.txt"; }

# row CAP FACILITY WITHOUT: "yes" where the facility is, WITHOUT where it is not.
row() {
  local line="| \`$1\` |" lane
  for lane in "${lanes[@]}"; do
    if [ "$2" = always ] || gives "$lane" "$2"; then line+=" yes |"; else line+=" $3 |"; fi
  done
  echo "$line"
}

table() {
  local head='| cap |' rule='|---|' lane
  for lane in "${lanes[@]}"; do
    head+=" $lane |"
    rule+='---|'
  done
  printf '%s\n%s\n' "$head" "$rule"
  row memory 'memory cap' refused
  row memory_high 'soft memory cap' refused
  row processes 'process cap' refused
  row cpus 'CPU cap' refused
  row cpu_set 'CPU set' 'by affinity'
  row cpu_time 'memory cap' 'partly'
  row 'io_read_rate, io_write_rate' 'I/O cap' refused
  row 'tmp_size, shm_size, tmpfs_inodes' 'private /tmp and /dev/shm' refused
  row 'open_files, file_size, core_size' always ''
  row 'output, deadline, notice_after' always ''
}

# The table as it is in the document.
written() { awk '/^\| cap \| root_v1/ {inside = 1} /^$/ {inside = 0} inside' "$document"; }

case ${1:-} in
  --check) diff <(table) <(written) || {
    echo "$document differs from selftests/lanes/expected/: selftests/lanes/caps_table.sh --write"
    exit 1
  } ;;
  --write)
    table >"$document.table"
    awk -v file="$document.table" '
      /^\| cap \| root_v1/ {inside = 1; while ((getline line < file) > 0) print line}
      /^$/ {inside = 0}
      !inside' "$document" >"$document.new"
    mv "$document.new" "$document"
    rm "$document.table"
    ;;
  *) table ;;
esac
