# Builds discovering_project/ with an installed Cloister and requires of CTest that it lists and runs each test of
# its binaries, with the properties they were given; any failure ends the script.
include("${CMAKE_CURRENT_LIST_DIR}/script.cmake")

file(REMOVE_RECURSE "${SCRATCH}")
run(0 "${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${SCRATCH}/prefix")
run(0 "${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/discovering_project" -B "${SCRATCH}/build" -G "${GENERATOR}"
  "-DCMAKE_CXX_COMPILER=${COMPILER}" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_STANDARD=17
  "-DCMAKE_PREFIX_PATH=${SCRATCH}/prefix" ${FLAGS})
run(0 "${CMAKE_COMMAND}" --build "${SCRATCH}/build")

set(ctest "${CMAKE_CTEST_COMMAND}" --test-dir "${SCRATCH}/build")
run(0 ${ctest} -N)
require("${output}" "linked.Linked.IsInACell" "linked.Linked.Fails" "plain.Plain.SkipsItself in its cell"
  "Total Tests: 9")
run(0 ${ctest} -N -L plain)
require("${output}" "Total Tests: 7")
run(0 ${ctest} --show-only=json-v1)
require("${output}" "\"TIMEOUT\"" "33" "\"cells\"" "\"linked\"")
# CTest ends with 8 where a test failed.
run(8 ${ctest})
require("${output}" "1 tests failed out of 8" "linked.Linked.Fails (Failed)"
  "plain.Plain.SkipsItself in its cell (Skipped)" "plain.Plain.DISABLED_IsNotRun in its cell (Disabled)")
