# The lanes that a selftest runs in: as whoever runs the suite, and as an ordinary user.

# Sanitizers turn a segmentation fault into an exit status; here it stays a signal.
function(cloister_selftest_properties name)
  set_tests_properties(${name} PROPERTIES TIMEOUT 300
    ENVIRONMENT "ASAN_OPTIONS=handle_segv=0;TSAN_OPTIONS=handle_segv=0"
    ENVIRONMENT_MODIFICATION "CLOISTER_CONFIG=set:none")  # whatever lies above the build tree
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
