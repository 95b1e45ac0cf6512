# Builds neighbours_project/ with Cloister found before and behind the project's own fmt, and runs it.
include("${CMAKE_CURRENT_LIST_DIR}/script.cmake")

function(build_and_run name)
  set(build "${SCRATCH}/${name}")
  run(0 "${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/neighbours_project" -B "${build}" -G "${GENERATOR}"
    "-DCMAKE_CXX_COMPILER=${COMPILER}" ${FLAGS} ${ARGN})
  run(0 "${CMAKE_COMMAND}" --build "${build}")
  run(1 "${build}/with_other_fmt")
  require("${output}" "[       OK ] OtherFmt.IsTheProgramsOwn" "cloister: OtherFmt.IsNotCloisters was killed by SIGABRT"
    "Running main() from cloister/gtest_main.cc")
  run(0 "${build}/with_spdlog")
  require("${output}" "logged 7")
  run(0 "${build}/with_gflags" --cloister_hostname=abbey --greeting=hello --cloister_deadline=20s)
  require("${output}" "[  PASSED  ] 2 tests.")
  # Linked with -rdynamic: what the program shows to shared libraries.
  run(0 nm -CD --defined-only "${build}/with_gflags")
  string(FIND "${output}" "fmt::" at)
  if(NOT at EQUAL -1)
    message(FATAL_ERROR "with_gflags exports names of fmt:\n${output}")
  endif()
endfunction()

file(REMOVE_RECURSE "${SCRATCH}")
run(0 "${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${SCRATCH}/prefix")
build_and_run(found "-DCMAKE_PREFIX_PATH=${SCRATCH}/prefix")
build_and_run(found_behind_fmt "-DCMAKE_PREFIX_PATH=${SCRATCH}/prefix" -DFMT_FIRST=ON)

# Another GoogleTest than Cloister was built for is a sentence, when it is configured.
file(WRITE "${SCRATCH}/newer/GTestConfig.cmake" "add_library(GTest::gtest INTERFACE IMPORTED)\n")
file(WRITE "${SCRATCH}/newer/GTestConfigVersion.cmake" "set(PACKAGE_VERSION 99.1.0)\nset(PACKAGE_VERSION_COMPATIBLE TRUE)\n")
run(1 "${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/outside_project" -B "${SCRATCH}/mixed" -G "${GENERATOR}"
  "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_PREFIX_PATH=${SCRATCH}/prefix" "-DGTest_DIR=${SCRATCH}/newer")
string(REGEX REPLACE "[ \n]+" " " output "${output}")
require("${output}" "this Cloister was built for GoogleTest ${GTEST_VERSION}, and the project has GoogleTest 99.1.0: use")
