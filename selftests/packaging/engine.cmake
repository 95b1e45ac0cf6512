# The engine as adapters elsewhere use it: the examples of it, built against an installed Cloister.
include("${CMAKE_CURRENT_LIST_DIR}/script.cmake")
file(REMOVE_RECURSE "${SCRATCH}")
run(0 "${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${SCRATCH}/prefix")
function(build example)
  run(0 "${CMAKE_COMMAND}" -S "${SOURCE}/examples/${example}" -B "${SCRATCH}/${example}" -G "${GENERATOR}"
    "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_PREFIX_PATH=${SCRATCH}/prefix" "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror ${FLAGS}")
  run(0 "${CMAKE_COMMAND}" --build "${SCRATCH}/${example}")
endfunction()
build(08_functions)
run(1 "${SCRATCH}/08_functions/functions" --cloister_jobs=2)
require("${output}" "pass adds\n" "pass has_the_only_tmp\n" "pass has_the_only_tmp_too\n" "FAIL subtracts_wrongly: 2 - 1 is 2\n"
  "FAIL aborts: was killed by SIGABRT" "FAIL sleeps_for_ever: used up its 300 ms of processor time" "3 of 6 failed\n")
run(2 "${SCRATCH}/08_functions/functions" --cloister_memory=much)
require("${output}" "the flag --cloister_memory has the value 'much'")
run(2 "${SCRATCH}/08_functions/functions" --cloister=off)
require("${output}" "there are no cells")

build(09_cpputest)
run(1 "${SCRATCH}/09_cpputest/cpputest_tests")
require("${output}" "pass TEST(Files.AreThere)\n" "pass TEST(Files.OfOthersAreNot)\n" "FAIL TEST(Ends.ByACheck)\n" "expected <2"
  "FAIL TEST(Ends.ByASignal)\n  it was killed by SIGSEGV" "pass TEST(Ends.Well)\n" "2 of 5 failed\n")
# At most 150 lines each: an adapter is small.
foreach(file IN ITEMS 08_functions/functions.cc 09_cpputest/cpputest_in_cells.cc)
  file(STRINGS "${SOURCE}/examples/${file}" lines)
  list(LENGTH lines count)
  if(count GREATER 150)
    message(FATAL_ERROR "examples/${file} has ${count} lines")
  endif()
endforeach()
