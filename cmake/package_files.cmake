# What Debian's packages have beyond what is installed; CPack runs this for what it is about to pack.
# Man pages and changelogs are compressed, libraries hold no debug information, and each package has its copyright.
get_filename_component(source "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()
file(STRINGS "${source}/packaging/debian/changelog" newest LIMIT_COUNT 1)
string(FIND "${newest}" "cloister (${CPACK_PACKAGE_VERSION}) " at)
if(NOT at EQUAL 0)
  message(FATAL_ERROR "packaging/debian/changelog begins with '${newest}', and this is ${CPACK_PACKAGE_VERSION}: give "
                      "it an entry for that version")
endif()

set(package_of_command cloister)
set(package_of_development libcloister-dev)
foreach(component IN LISTS CPACK_COMPONENTS_ALL)
  set(root "${CPACK_TEMPORARY_INSTALL_DIRECTORY}/${component}/usr")
  set(documents "${root}/share/doc/${package_of_${component}}")
  file(COPY "${source}/packaging/debian/copyright" "${source}/packaging/debian/changelog"
    DESTINATION "${documents}")
  file(GLOB compressed "${root}/share/man/man1/*.1")
  run(gzip -9n "${documents}/changelog" ${compressed})
  file(GLOB_RECURSE archives "${root}/lib/*.a")
  foreach(archive IN LISTS archives)
    run(strip --strip-debug --remove-section=.comment --enable-deterministic-archives "${archive}")
  endforeach()
endforeach()
file(COPY "${source}/README.md"
  DESTINATION "${CPACK_TEMPORARY_INSTALL_DIRECTORY}/development/usr/share/doc/libcloister-dev")
# Whatever the umask is.
run(chmod -R u=rwX,go=rX "${CPACK_TEMPORARY_INSTALL_DIRECTORY}")
