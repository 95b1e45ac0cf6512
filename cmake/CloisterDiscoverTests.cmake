# cloister_discover_tests(TARGET ...): each test of a test binary becomes a CTest test that runs in its own cell,
# in the shape of gtest_discover_tests(). The binary may be GoogleTest's, Catch2's, doctest's or Boost.Test's, and
# need not be linked with Cloister.
#
#   cloister_discover_tests(storage_test
#     [KIND googletest|catch2|doctest|boost|cloister]   # default: the binary is asked
#     [CELL_OPTIONS --memory 64M ...]                   # as `cloister run` takes them
#     [EXTRA_ARGS ...]                                  # for the binary
#     [WORKING_DIRECTORY DIR] [TEST_PREFIX P] [TEST_SUFFIX S] [TEST_FILTER F] [TEST_LIST VARIABLE]
#     [PROPERTIES NAME VALUE ...]                       # LABELS, TIMEOUT, ENVIRONMENT, ...
#     [DISCOVERY_TIMEOUT SECONDS] [DISCOVERY_MODE POST_BUILD|PRE_TEST])
#
# A disabled test is one to CTest, too (DISABLED); one that skips itself is "Skipped".
include_guard(GLOBAL)

function(cloister_discover_tests target)
  cmake_parse_arguments(PARSE_ARGV 1 arg ""
    "KIND;WORKING_DIRECTORY;TEST_PREFIX;TEST_SUFFIX;TEST_FILTER;TEST_LIST;DISCOVERY_TIMEOUT;DISCOVERY_MODE"
    "CELL_OPTIONS;EXTRA_ARGS;PROPERTIES")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "cloister_discover_tests(${target}): unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT TARGET ${target})
    message(FATAL_ERROR "cloister_discover_tests(${target}): there is no such target")
  endif()
  if(NOT TARGET cloister::command)
    message(FATAL_ERROR "cloister_discover_tests(${target}): this installation of Cloister is without the cloister "
                        "command; build it with CLOISTER_COMMAND on")
  endif()
  set(mode "${arg_DISCOVERY_MODE}")
  if(NOT mode)
    set(mode "${CMAKE_GTEST_DISCOVER_TESTS_DISCOVERY_MODE}")
  endif()
  if(NOT mode)
    set(mode POST_BUILD)
  endif()
  if(NOT mode MATCHES "^(POST_BUILD|PRE_TEST)$")
    message(FATAL_ERROR "cloister_discover_tests(${target}): DISCOVERY_MODE is '${mode}'; it takes POST_BUILD or PRE_TEST")
  endif()
  if(NOT arg_DISCOVERY_TIMEOUT)
    set(arg_DISCOVERY_TIMEOUT 5)
  endif()
  if(NOT arg_WORKING_DIRECTORY)
    set(arg_WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}")
  endif()
  if(NOT arg_TEST_LIST)
    set(arg_TEST_LIST ${target}_TESTS)
  endif()

  set(base "${CMAKE_CURRENT_BINARY_DIR}/${target}_cloister")
  set(orders "")
  foreach(name IN ITEMS KIND WORKING_DIRECTORY TEST_PREFIX TEST_SUFFIX TEST_FILTER TEST_LIST DISCOVERY_TIMEOUT
          CELL_OPTIONS EXTRA_ARGS PROPERTIES)
    string(APPEND orders "set(${name} [==[${arg_${name}}]==])\n")
  endforeach()
  file(GENERATE OUTPUT "${base}-$<CONFIG>.cmake" CONTENT
    "${orders}set(BINARY [==[$<TARGET_FILE:${target}>]==])\nset(CLOISTER [==[$<TARGET_FILE:cloister::command>]==])
set(TESTS_FILE [==[${base}-$<CONFIG>_tests.cmake]==])\ninclude([==[${CMAKE_CURRENT_FUNCTION_LIST_DIR}/CloisterAddTests.cmake]==])\n")
  # CTest reads this one first: its tests are those of the configuration that is tested.
  if(mode STREQUAL "POST_BUILD")
    add_custom_command(TARGET ${target} POST_BUILD
      COMMAND "${CMAKE_COMMAND}" -P "${base}-$<CONFIG>.cmake"
      BYPRODUCTS "${base}-$<CONFIG>_tests.cmake" VERBATIM)
    add_dependencies(${target} cloister::command)
    set(read "if(EXISTS \"\${tests}\")\n  include(\"\${tests}\")\nelse()\n  add_test(${target}_NOT_BUILT ${target}_NOT_BUILT)\nendif()\n")
  else()
    set(read "include(\"\${orders}\")\ninclude(\"\${tests}\")\n")
  endif()
  get_property(several GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
  if(several)
    set(configuration "\${CTEST_CONFIGURATION_TYPE}")
  else()
    set(configuration "${CMAKE_BUILD_TYPE}")
  endif()
  file(WRITE "${base}_include.cmake"
    "set(orders \"${base}-${configuration}.cmake\")\nset(tests \"${base}-${configuration}_tests.cmake\")\n${read}")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${base}_include.cmake")
endfunction()
