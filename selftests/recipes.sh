#!/usr/bin/env bash
# recipes.sh SOURCE BUILD SCRATCH
# What docs/HACKING.md says that an addition takes, the compiler says, too: a dummy of each is put into a copy of the
# header where it begins, and each file that the recipe names must then fail to compile, because of it. Where it says
# that the rest follows by itself, that compiles.
set -euo pipefail
cd "$1"
commands=$2/compile_commands.json
scratch=$3
rm -rf "$scratch"
status=0
looked=0

# HEADER SED-SCRIPT DUMMY: puts a copy of HEADER that is changed so below $scratch/DUMMY.
add_dummy() {
  local header=$1 change=$2 copy=$scratch/$3/${1#include/}
  mkdir -p "$(dirname "$copy")"
  sed -E "$change" "$header" >"$copy"
  if cmp -s "$header" "$copy"; then
    echo "recipes.sh: $header has no place for '$3' any more" >&2
    exit 1
  fi
}

# DUMMY FILE: compiles it with that copy; what the compiler says.
compile() {
  local target flags
  case $2 in
    framework/builder/*) target=cell_builder ;;
    framework/*) target=cloister_$(cut -d/ -f2 <<<"$2") ;;
    adapters/googletest/*) target=cloister_gtest ;;
    *) target=cloister_command ;;
  esac
  flags=$(grep -m1 -oE "\"command\": .*CMakeFiles/$target\.dir/.*" "$commands" |
    grep -oE -- '-(I|isystem |std=|include )[^ ]+' | sed 's/\\"//g')
  c++ -fsyntax-only -Werror=switch -I "$scratch/$1" $flags "$2" 2>&1
}

# HEADER SED-SCRIPT DUMMY FILE...: with HEADER changed so, each FILE fails, and the compiler names DUMMY.
recipe() {
  local header=$1 dummy=$3 said
  add_dummy "$1" "$2" "$3"
  shift 3
  for file in "$@"; do
    looked=$((looked + 1))
    if said=$(compile "$dummy" "$file"); then
      echo "recipes.sh: $file compiles with $dummy in $header" >&2
      status=1
    elif ! grep -q "$dummy" <<<"$said"; then
      echo "recipes.sh: $file does not compile, but not for $dummy: $said" >&2
      status=1
    fi
  done
}

# The same, but each FILE compiles: it takes no change.
follows() {
  local header=$1 dummy=$3 said
  add_dummy "$1" "$2" "$3"
  shift 3
  for file in "$@"; do
    looked=$((looked + 1))
    said=$(compile "$dummy" "$file") && continue
    echo "recipes.sh: $file does not follow $dummy in $header by itself: $said" >&2
    status=1
  done
}

recipe include/cloister/report.h 's/^struct Finished \{\};/&\nstruct DummyOutcome {};/; s/variant<Finished,/& DummyOutcome,/' \
  DummyOutcome framework/report/encode.cc framework/report/words.cc adapters/googletest/words.cc
recipe include/cloister/config.h 's/^struct CellConfig \{/&\n  std::optional<int> DummySetting;/' \
  row framework/config/settings.cc
recipe framework/facts/facility.h 's/^  kAudit,/&\n  kDummyFacility,/' \
  'each facility' framework/facts/facts.cc
recipe framework/facts/facility.h 's/ kIo, kCpuAccounting/ kIo, kDummyController, kCpuAccounting/' \
  'each controller' framework/facts/facts.cc
controller='s/ kIo, kCpuAccounting/ kIo, kDummyController, kCpuAccounting/
s/^    \{Controller::kIo, .*/&\n    {Controller::kDummyController, "dummy", "dummy"},/
s/^  kAudit,/&\n  kDummyFacility,/
s/^    \{\.facility = Facility::kAudit, .*/&\n    {.facility = Facility::kDummyFacility, .controller = Controller::kDummyController},/'
recipe framework/facts/facility.h "$controller" kDummyController framework/plan/caps.cc
follows framework/facts/facility.h "$controller" kDummyController framework/facts/facts.cc framework/plan/cgroups.cc \
  framework/plan/limits.cc framework/plan/make_plan.cc framework/plan/explain.cc framework/host/cures.cc \
  framework/host/cgroups.cc framework/host/probe.cc framework/host/table.cc adapters/command/exec_warden.cc
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
[ "$looked" -eq 24 ] || { echo "recipes.sh: looked at $looked files only" >&2; exit 1; }
exit "$status"
