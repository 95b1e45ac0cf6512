#!/usr/bin/env bash
# builder_alone.sh CELL_BUILDER OBJECTS_OF_INIT
# The cell builder needs no library but the C library, and what runs as an init calls nothing of that which keeps
# anything, errno included: the init shares it with the builder (docs/decisions/0050). OBJECTS_OF_INIT is a list with
# semicolons.
set -euo pipefail
keeps_nothing='atoi clock_gettime inet_ntop memchr memcmp memcpy memmove memset signal snprintf vsnprintf strchr strcmp strcpy strlen
  strncmp strrchr strstr strtok_r strtoul strtoull'
status=0
needed=$(readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -v '^libc\.so' || true)
if [ -n "$needed" ]; then
  echo "builder_alone.sh: $1 needs $needed" >&2
  status=1
fi
IFS=';' read -ra objects <<<"$2"
[ "${#objects[@]}" -ge 9 ] || { echo "builder_alone.sh: too few objects of init: $2" >&2; exit 1; }
for object in "${objects[@]}"; do
  for symbol in $(nm -u "$object" | awk '$2 !~ /^_ZN?K?8cloister/ && $2 !~ /^_ZNK?8cloister/ && $2 != "_GLOBAL_OFFSET_TABLE_" { print $2 }'); do
    # Newer headers of the C library call some of them by another name.
    case " $(echo $keeps_nothing) " in
      *" ${symbol#__isoc23_} "*) ;;
      *)
        echo "builder_alone.sh: ${object##*/} calls '$symbol' of the C library: use calls_inside.h" >&2
        status=1
        ;;
    esac
  done
  # Nor has an init variables that others have, too.
  if nm "$object" | grep -E ' [bBdD] '; then
    echo "builder_alone.sh: ${object##*/} has the variables above: keep them in Inside (inside.h)" >&2
    status=1
  fi
done
exit "$status"
