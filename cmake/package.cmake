# Two Debian packages by CPack, from the components of install.cmake: cloister and libcloister-dev.
# ./dev package makes them.
if(NOT (CLOISTER_GOOGLETEST AND CLOISTER_COMMAND))
  return()
endif()
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # each package has a description of its own
set(CPACK_PACKAGE_CONTACT "Cloister's developers <cloister@example.org>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL command development)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_STRIP_FILES ON)
set(CPACK_PRE_BUILD_SCRIPTS "${CMAKE_CURRENT_LIST_DIR}/package_files.cmake")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_COMMAND_PACKAGE_NAME cloister)
set(CPACK_DEBIAN_COMMAND_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_COMMAND_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_COMMAND_DESCRIPTION "run programs and tests in cells of their own
cloister runs a command in a cell: a set of Linux namespaces (user, pid,
mount, network, uts, ipc, cgroup) with a private /proc, /tmp and /dev/shm,
a loopback network and caps on what may be used.

It also runs test binaries of GoogleTest, Catch2, doctest and Boost.Test,
each test in a cell of its own and several at a time, and says what the host
can give to cells.")

# The static libraries go with the GoogleTest that they were built for. Its package has the same upstream version;
# the next one is another.
string(REGEX MATCH "^(.*[^0-9])([0-9]+)$" matched "${GTest_VERSION}")
math(EXPR next "${CMAKE_MATCH_2} + 1")
set(depends "cloister (= ${PROJECT_VERSION})" "libgtest-dev (>= ${GTest_VERSION})"
  "libgtest-dev (<< ${CMAKE_MATCH_1}${next}~)")
list(JOIN depends ", " CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libcloister-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "GoogleTest extension that runs every test in its own cell
Linked in place of gtest_main, Cloister runs every test of a GoogleTest
binary in its own set of Linux namespaces, several at a time, with a private
/proc, /tmp and /dev/shm, a loopback network, a deadline and caps. The report
stays GoogleTest's.

This package has the headers, the static libraries, and the files that
CMake's find_package(cloister) and pkg-config (cloister_gtest,
cloister_gtest_main) find.")
include(CPack)
