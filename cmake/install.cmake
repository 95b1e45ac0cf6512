# cmake --install: headers, libraries, the command, and the packages that find_package(cloister) and pkg-config
# find. Components: command, development, and documents for the rest.
include(CMakePackageConfigHelpers)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/cloister")

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/cloister" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  COMPONENT development PATTERN service.h EXCLUDE)
set(targets cloister)
if(CLOISTER_GOOGLETEST)
  list(APPEND targets cloister_gtest cloister_gtest_main)
endif()
if(CLOISTER_COMMAND)
  list(APPEND targets cloister_command)
endif()
install(TARGETS ${targets} EXPORT cloister
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development
  RUNTIME COMPONENT command)
install(EXPORT cloister NAMESPACE cloister:: FILE cloister-targets.cmake DESTINATION "${package_dir}"
  COMPONENT development)
# Optional: find_package(cloister COMPONENTS service) looks for this file.
if(CLOISTER_SERVICE)
  install(FILES "${PROJECT_SOURCE_DIR}/include/cloister/service.h" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/cloister"
    COMPONENT development)
  install(TARGETS cloister_service EXPORT cloister_service ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
    COMPONENT development)
  install(EXPORT cloister_service NAMESPACE cloister:: FILE cloister-service-targets.cmake DESTINATION "${package_dir}"
    COMPONENT development)
endif()
if(CLOISTER_GOOGLETEST)
  include("${CMAKE_CURRENT_LIST_DIR}/gtest_version.cmake")
  cloister_gtest_version(cloister_gtest_version)
endif()
configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/cloister-config.cmake.in"
  "${PROJECT_BINARY_DIR}/cloister-config.cmake" INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/cloister-config-version.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/cloister-config.cmake" "${PROJECT_BINARY_DIR}/cloister-config-version.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/coverage.cmake" "${CMAKE_CURRENT_LIST_DIR}/CloisterDiscoverTests.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/CloisterAddTests.cmake" "${CMAKE_CURRENT_LIST_DIR}/gtest_version.cmake"
  DESTINATION "${package_dir}" COMPONENT development)
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" "${PROJECT_SOURCE_DIR}/README.md"
  DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT documents)
if(CLOISTER_COMMAND)
  file(GLOB man_pages CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/docs/man/*.1")
  install(FILES ${man_pages} DESTINATION "${CMAKE_INSTALL_MANDIR}/man1" COMPONENT command)
  install(FILES "${PROJECT_SOURCE_DIR}/adapters/command/cloister.bash" RENAME cloister
    DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions" COMPONENT command)
endif()
include(cmake/pkg_config.cmake)
include(cmake/package.cmake)
