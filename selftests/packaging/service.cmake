# cloister::service as a project outside uses it: found as a component, by CMake and by pkg-config, with no Boost about it.
include("${CMAKE_CURRENT_LIST_DIR}/script.cmake")
file(REMOVE_RECURSE "${SCRATCH}")
file(MAKE_DIRECTORY "${SCRATCH}/logs")
set(ENV{TMPDIR} "${SCRATCH}/logs")  # an error leaves its log
run(0 "${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${SCRATCH}/prefix")
set(project "${CMAKE_CURRENT_LIST_DIR}/service_project")
set(options -G "${GENERATOR}" "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_PREFIX_PATH=${SCRATCH}/prefix"
  "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Wpedantic -Werror ${FLAGS}")
run(0 "${CMAKE_COMMAND}" -S "${project}" -B "${SCRATCH}/build" ${options})
run(0 "${CMAKE_COMMAND}" --build "${SCRATCH}/build")

function(check_plain program)
  run(0 "${program}")
  require("${output}" "running: 1\n" "was killed by SIGTERM (Terminated)\n"
    "sh did not become ready: it exited with status 3 after" "is empty\n")
endfunction()
check_plain("${SCRATCH}/build/plain")
run(0 "${SCRATCH}/build/in_cells")
require("${output}" "PASSED  ] 1 test")

file(GLOB_RECURSE found "${SCRATCH}/prefix/*/cloister_service.pc")
get_filename_component(directory "${found}" DIRECTORY)
set(ENV{PKG_CONFIG_PATH} "${directory}")
run(0 sh -c "'${COMPILER}' -std=c++17 ${FLAGS} -o '${SCRATCH}/by_pkg_config' '${project}/plain.cc' \
  $(pkg-config --cflags --libs cloister_service)")
check_plain("${SCRATCH}/by_pkg_config")

# Boost is inside, under a name of Cloister's own: the program's, of whatever version, does not meet it.
file(GLOB_RECURSE archive "${SCRATCH}/prefix/*/libcloister_service.a")
run(0 nm -C "${archive}")
require("${output}" "cloister_boost::")
foreach(other IN ITEMS "[^_]boost::" " [A-Z] boost_" "fmt::" "cloister::Fd")
  if(output MATCHES "${other}")
    string(REGEX MATCH "[^\n]*${other}[^\n]*" line "${output}")
    message(FATAL_ERROR "libcloister_service.a has: ${line}")
  endif()
endforeach()
# A program that links without it has nothing of it.
file(GLOB_RECURSE archives "${SCRATCH}/prefix/*/libcloister*.a")
list(REMOVE_ITEM archives ${archive})
foreach(each IN LISTS archives)
  run(0 nm -C "${each}")
  if(output MATCHES "boost::|cloister::Service(::|Error|Config)")
    message(FATAL_ERROR "${each} has something of services")
  endif()
endforeach()

# An installed Cloister without it is a sentence, when a project asks for it.
file(GLOB_RECURSE targets "${SCRATCH}/prefix/*/cloister-service-targets*.cmake")
file(REMOVE ${targets})
run(1 "${CMAKE_COMMAND}" -S "${project}" -B "${SCRATCH}/without" ${options})
string(REGEX REPLACE "[ \n]+" " " output "${output}")
require("${output}" "this Cloister was built without cloister::service: install the Debian package libboost1.81-dev")
