# pkg-config files for those who do not use CMake: cloister_gtest, and cloister_gtest_main, named like GoogleTest's
# gtest and gtest_main by the library, and cloister_service.
# The prefix is found from where the file lies, so that the tree may be moved.
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}" OR IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
  set(pc_prefix "${CMAKE_INSTALL_PREFIX}")
  set(pc_libdir "${CMAKE_INSTALL_FULL_LIBDIR}")
  set(pc_includedir "${CMAKE_INSTALL_FULL_INCLUDEDIR}")
else()
  file(RELATIVE_PATH pc_prefix "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
  string(REGEX REPLACE "/$" "" pc_prefix "${pc_prefix}")
  set(pc_prefix "\${pcfiledir}/${pc_prefix}")
  set(pc_libdir "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
  set(pc_includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
endif()
set(pc_names "")
if(CLOISTER_SERVICE)
  list(APPEND pc_names cloister_service)
endif()
if(CLOISTER_GOOGLETEST)
  list(APPEND pc_names cloister_gtest cloister_gtest_main)
  # Cloister's libraries are static, so that what they need is needed by whoever links them: none is private.
  set(pc_requires "gtest = ${GTest_VERSION}")
  # What CMake gives to a program that links cloister::gtest.
  get_target_property(pc_options cloister_gtest INTERFACE_LINK_OPTIONS)
  list(FILTER pc_options INCLUDE REGEX "^LINKER:-[z-]")
  list(TRANSFORM pc_options REPLACE "^LINKER:" "-Wl,")
  list(JOIN pc_options " " pc_options)
endif()
foreach(name IN LISTS pc_names)
  configure_file("${CMAKE_CURRENT_LIST_DIR}/${name}.pc.in" "${PROJECT_BINARY_DIR}/${name}.pc" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/${name}.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig"
    COMPONENT development)
endforeach()
