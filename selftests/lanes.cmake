# The lanes that a selftest runs in. docs/HACKING.md has the table; what cells have in each is written down
# in lanes/expected/.
set(CLOISTER_LANES root_v2 delegated_v2 container nested nested_user)
# They compare Cloister with a host; what a sanitizer finds, it finds on this one.
if(CLOISTER_SANITIZER)
  list(JOIN CLOISTER_LANES ", " lanes)
  message(NOTICE "With a sanitizer there are no lanes ${lanes}: user-mode Linux has no room for its shadow, and it "
                 "changes what a host gives")
  set(CLOISTER_LANES "")
endif()

# A whole program of tests, in seconds: several times what it takes where nothing else runs.
set(selftest_limit 600)
if(CLOISTER_SANITIZER)
  set(selftest_limit 2400)
endif()

# Sanitizers turn a segmentation fault into an exit status; here it stays a signal.
function(cloister_selftest_properties name)
  set_tests_properties(${name} PROPERTIES TIMEOUT ${selftest_limit}
    ENVIRONMENT "ASAN_OPTIONS=handle_segv=0;TSAN_OPTIONS=handle_segv=0"
    ENVIRONMENT_MODIFICATION "CLOISTER_CONFIG=set:none")  # whatever lies above the build tree
  # What is left on this host is compared with what there was before, so its tests run one after the other. Lanes that
  # see nothing of it are beside them: each has processes, mounts and System V IPC of its own.
  if(NOT name MATCHES "^((root_v2|delegated_v2|nested|nested_user|container|debian13)\\.|packaging\\.)")
    set_tests_properties(${name} PROPERTIES RESOURCE_LOCK "this host")
  endif()
endfunction()

# cloister_selftest(NAME COMMAND ...): as whoever runs the suite.
function(cloister_selftest name)
  cmake_parse_arguments(test "" "" "COMMAND" ${ARGN})
  add_test(NAME ${name} COMMAND ${test_COMMAND} WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}")
  cloister_selftest_properties(${name})
endfunction()

# cloister_selftest_as_user(NAME COMMAND TARGET [ARGS...] [WITH TARGETS...]): as an ordinary user, with
# copies of the other programs that it runs.
function(cloister_selftest_as_user name)
  cmake_parse_arguments(test "" "" "COMMAND;WITH" ${ARGN})
  list(POP_FRONT test_COMMAND program)
  set(with "")
  foreach(other IN LISTS test_WITH)
    list(APPEND with --with "$<TARGET_FILE:${other}>")
  endforeach()
  add_test(NAME ordinary_user.${name}
    COMMAND "${PROJECT_SOURCE_DIR}/selftests/as_ordinary_user.sh" "$<TARGET_FILE:${program}>" ${with} --
            ${test_COMMAND})
  cloister_selftest_properties(ordinary_user.${name})
endfunction()

# cloister_selftest_in_lanes(NAME COMMAND TARGET [ARGS...] [WITH TARGETS...] [ONLY_IN_VM ARGS...]): in every
# lane but those of this host itself, as LANE.NAME.
function(cloister_selftest_in_lanes name)
  cmake_parse_arguments(test "" "" "COMMAND;WITH;ONLY_IN_VM" ${ARGN})
  list(POP_FRONT test_COMMAND target)
  set(lanes "${PROJECT_SOURCE_DIR}/selftests/lanes")
  set(program "$<TARGET_FILE:${target}>")
  set(with "")
  foreach(other IN LISTS test_WITH)
    list(APPEND with --with "$<TARGET_FILE:${other}>")
  endforeach()
  foreach(lane IN LISTS CLOISTER_LANES)
    if(lane MATCHES "_v2$")
      set(command "${lanes}/in_vm.sh" ${lane} ${program} --with "$<TARGET_FILE:in_vm_madvise>" ${with} -- ${test_COMMAND}
                  ${test_ONLY_IN_VM})
    elseif(lane STREQUAL "container")
      set(command "${lanes}/in_container.sh" ${program} ${with} -- ${test_COMMAND})
    elseif(lane STREQUAL "nested")
      set(command run_in_cell ${program} ${test_COMMAND})
    else()
      set(command "${PROJECT_SOURCE_DIR}/selftests/as_ordinary_user.sh" "$<TARGET_FILE:run_in_cell>"
                  --with ${program} ${with} -- ${program} ${test_COMMAND})
    endif()
    add_test(NAME ${lane}.${name} COMMAND ${command} WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}")
    cloister_selftest_properties(${lane}.${name})
  endforeach()
endfunction()
