# Builds matrix_project/ with an installed Cloister, by each compiler, and requires of each of its programs that it does
# in cells what it does without.
include("${CMAKE_CURRENT_LIST_DIR}/script.cmake")

file(REMOVE_RECURSE "${SCRATCH}")
run(0 "${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${SCRATCH}/prefix")
foreach(compiler IN ITEMS g++ "${CLANG}")
  cmake_path(GET compiler FILENAME name)
  run(0 "${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/matrix_project" -B "${SCRATCH}/${name}" -G Ninja
    "-DCMAKE_CXX_COMPILER=${compiler}" "-DLLD=${LLD}" -DGTEST_SOURCE=/usr/src/googletest/googletest
    "-DCMAKE_PREFIX_PATH=${SCRATCH}/prefix")
  run(0 "${CMAKE_COMMAND}" --build "${SCRATCH}/${name}")
endforeach()

function(same_with_and_without program)
  run(any "${program}" --cloister=off ${ARGN})
  string(REGEX REPLACE "\\([0-9]+ ms( total)?\\)" "" plain "${status}\n${output}")
  run(any "${program}" ${ARGN})
  string(REGEX REPLACE "\\([0-9]+ ms( total)?\\)" "" in_cells "${status}\n${output}")
  if(NOT plain STREQUAL in_cells)
    message(FATAL_ERROR "${program} ${ARGN}: without cells\n${plain}\nin cells\n${in_cells}")
  endif()
endfunction()

file(GLOB programs LIST_DIRECTORIES FALSE "${SCRATCH}/*/row_[0-9]")
list(LENGTH programs count)
if(NOT count EQUAL 8)
  message(FATAL_ERROR "there are ${count} programs, not 8: ${programs}")
endif()
foreach(program IN LISTS programs)
  same_with_and_without("${program}" --gtest_filter=-Row.Crashes:Row.RunsInACell)
  same_with_and_without("${program}" --gtest_filter=Row.Fails --gtest_throw_on_failure)
  run(0 "${program}" --gtest_filter=Row.RunsInACell)
  require("${output}" "[  PASSED  ] 1 test.")
  run(1 "${program}" --gtest_filter=Row.Crashes)
  require("${output}" "cloister: Row.Crashes was killed by SIGABRT")
endforeach()
