# Bash completion of cloister. The options are those that --help shows, so that none is missing here.

_cloister_options() {
  "$1" "$2" --help 2>/dev/null | grep -oE -- '(^|[ [(])--?[a-zA-Z][a-zA-Z-]*' | tr -d ' [(' | sort -u
}

# Whether "--" stands before the cursor: what follows is a command, or a test's flags.
_cloister_dashes() {
  local i
  for ((i = 2; i < COMP_CWORD; ++i)); do
    if [ "${COMP_WORDS[i]}" = -- ]; then
      echo "$i"
      return
    fi
  done
}

_cloister() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} dashes
  COMPREPLY=()
  if [ "$COMP_CWORD" = 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W \
      "$("$1" --help 2>/dev/null | sed -n 's/^  \([a-z]*\)  .*/\1/p') --help --version" -- "$word")
    return
  fi
  dashes=$(_cloister_dashes)
  if [ -n "$dashes" ]; then
    if [ "$COMP_CWORD" = $((dashes + 1)) ]; then
      mapfile -t COMPREPLY < <(compgen -c -- "$word")
    else
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
    fi
    return
  fi
  # "=" is a word of its own to bash: --net=none is three.
  [ "$before" != = ] || before=${COMP_WORDS[COMP_CWORD - 2]}
  [ "$word" != = ] || { before=${COMP_WORDS[COMP_CWORD - 1]} && word=; }
  case $before in
    --net | --network) mapfile -t COMPREPLY < <(compgen -W 'loopback none host' -- "$word") ;;
    --propagation) mapfile -t COMPREPLY < <(compgen -W 'private slave shared unchanged' -- "$word") ;;
    --setgroups) mapfile -t COMPREPLY < <(compgen -W 'allow deny' -- "$word") ;;
    --root | -R | --wd | -w | --workdir) mapfile -t COMPREPLY < <(compgen -d -- "$word") ;;
    --kind) mapfile -t COMPREPLY < <(compgen -W 'googletest catch2 doctest boost cloister' -- "$word") ;;
    --report | --junit | --bind | --config) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    *)
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_cloister_options "$1" "${COMP_WORDS[1]}") --" -- "$word")
      else
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
      fi
      ;;
  esac
}

complete -o filenames -F _cloister cloister
