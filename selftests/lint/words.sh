#!/usr/bin/env bash
# Names that are retired: docs/GLOSSARY.md has the ones that took their place. Decisions keep the words of their day.
set -euo pipefail
cd "$(dirname "$0")/../.."
status=0
# PATTERN INSTEAD, over everything but decisions, this file and the glossary.
retired() {
  if git grep -nEi "$1" -- . ':!docs/decisions' ':!docs/GLOSSARY.md' ':!selftests/lint/words.sh'; then
    echo "words.sh: the above say '$1': say '$2'" >&2
    status=1
  fi
}
retired '\bwatchers?\b|\bwatching process' 'warden'
retired 'out of breath' 'overloaded'
# Types are nouns.
if git grep -nE '^ *(struct|class|enum class) (Said|Told|Ran|Heard|Trying|Seen|Found|Kept|Along|[A-Z][a-z]+So)\b' -- '*.cc' '*.h'; then
  echo "words.sh: the types above are no nouns" >&2
  status=1
fi
[ "$status" = 0 ] && echo "clean"
exit "$status"
