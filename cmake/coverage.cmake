# cloister_link_gcov(TARGET): makes programs that link TARGET and are built for gcov take the functions out of its
# archive by which a test's process counts for itself (adapters/googletest/coverage.cc). Used by Cloister's own
# build, and by projects that find it installed. A weak reference does not take them; asking for them in a program
# that is not built for gcov would be an error.
function(cloister_link_gcov target)
  set(options "LINKER:-u,__gcov_dump" "LINKER:-u,__gcov_reset")
  string(TOUPPER "${CMAKE_BUILD_TYPE}" config)
  if("${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${config}} ${CMAKE_EXE_LINKER_FLAGS}" MATCHES "--coverage|-fprofile-arcs")
    set_property(TARGET ${target} APPEND PROPERTY INTERFACE_LINK_OPTIONS ${options})
    return()
  endif()
  foreach(flag --coverage -fprofile-arcs)
    foreach(option IN LISTS options)
      set_property(TARGET ${target} APPEND PROPERTY INTERFACE_LINK_OPTIONS
        "$<$<IN_LIST:${flag},$<TARGET_PROPERTY:COMPILE_OPTIONS>>:${option}>")
    endforeach()
  endforeach()
endfunction()
