#!/usr/bin/env bash
# recipes.sh SOURCE BUILD SCRATCH
# What docs/HACKING.md says that an addition takes, the compiler says, too: a dummy of each is put into a copy of the
# header where it begins, and each file that the recipe names must then fail to compile, because of it.
set -euo pipefail
cd "$1"
commands=$2/compile_commands.json
scratch=$3
rm -rf "$scratch"
status=0
looked=0

# HEADER SED-SCRIPT DUMMY FILE...: with HEADER changed so, each FILE fails, and the compiler names DUMMY.
recipe() {
  local header=$1 change=$2 dummy=$3 copy flags said target
  shift 3
  copy=$scratch/$dummy/${header#include/}
  mkdir -p "$(dirname "$copy")"
  sed -E "$change" "$header" >"$copy"
  if cmp -s "$header" "$copy"; then
    echo "recipes.sh: $header has no place for '$dummy' any more" >&2
    exit 1
  fi
  for file in "$@"; do
    looked=$((looked + 1))
    case $file in
      framework/builder/*) target=cell_builder ;;
      framework/*) target=cloister_$(cut -d/ -f2 <<<"$file") ;;
      adapters/googletest/*) target=cloister_gtest ;;
      *) target=cloister_command ;;
    esac
    flags=$(grep -m1 -oE "\"command\": .*CMakeFiles/$target\.dir/.*" "$commands" |
      grep -oE -- '-(I|isystem |std=|include )[^ ]+' | sed 's/\\"//g')
    if said=$(c++ -fsyntax-only -Werror=switch -I "$scratch/$dummy" $flags "$file" 2>&1); then
      echo "recipes.sh: $file compiles with $dummy in $header" >&2
      status=1
    elif ! grep -q "$dummy" <<<"$said"; then
      echo "recipes.sh: $file does not compile, but not for $dummy: $said" >&2
      status=1
    fi
  done
}

recipe include/cloister/report.h 's/^struct Finished \{\};/&\nstruct DummyOutcome {};/; s/variant<Finished,/& DummyOutcome,/' \
  DummyOutcome framework/report/encode.cc framework/report/words.cc adapters/googletest/words.cc
recipe include/cloister/config.h 's/^struct CellConfig \{/&\n  std::optional<int> DummySetting;/' \
  row framework/config/settings.cc
recipe framework/facts/facts.h 's/^  kAudit,/&\n  kDummyFacility,/' \
  'each facility' framework/facts/facts.cc
recipe framework/watch/run_event.h 's/^struct RunEvent \{/struct DummyEvent {};\n&/; s/std::variant<GuestStartEvent/std::variant<DummyEvent, GuestStartEvent/' \
  DummyEvent framework/watch/watch.cc
recipe framework/plan/plan.h 's/^using SetupStep =/struct DummyStep {\n  friend bool operator==(const DummyStep\&, const DummyStep\&) = default;\n};\n&/; s/std::variant<SetPropagation,/std::variant<DummyStep, SetPropagation,/' \
  DummyStep framework/plan/encode.cc framework/plan/explain.cc
recipe framework/protocol/step_code.h 's/^  kSetPropagation,/&\n  kDummyStep,/' \
  kDummyStep framework/builder/steps_inside.cc
recipe framework/report/guest_end.h 's/kDeadline, kCpuTime/kDummyReason, &/' \
  kDummyReason framework/report/classify.cc
recipe framework/watch/cell_life.h 's/^  struct Standing \{\};/&\n  struct DummyState {};/; s/std::variant<Building,/std::variant<DummyState, Building,/' \
  DummyState framework/watch/cell_life.cc framework/watch/watch.cc
[ "$looked" -eq 12 ] || { echo "recipes.sh: looked at $looked files only" >&2; exit 1; }
exit "$status"
