# Builds the cell builder, a program that needs nothing but the C library, and makes its bytes part of the
# engine (embedded.S). It is never instrumented: each cell's init lives in it.
set(builder_dir "${CMAKE_CURRENT_SOURCE_DIR}/builder")
set(builder_sources main.cc building.cc nested_init.cc replies.cc networks.cc cgroups.cc init_inside.cc steps_inside.cc mounts_inside.cc overlay_inside.cc
    mount_point_inside.cc leftovers_inside.cc ports_inside.cc sockets_inside.cc root_inside.cc network_inside.cc clocks_inside.cc
    hosts_inside.cc views_inside.cc)
list(TRANSFORM builder_sources PREPEND "${builder_dir}/")
add_executable(cell_builder ${builder_sources})
cloister_include_root(framework/builder root)
target_include_directories(cell_builder PRIVATE "${root}")
target_link_libraries(cell_builder PRIVATE cloister_warnings cloister_protocol cloister_syscalls)
target_compile_options(cell_builder PRIVATE
  -Os -fno-exceptions -fno-rtti -fno-asynchronous-unwind-tables -fno-sanitize=all -fno-lto
  -fno-profile-arcs -fno-test-coverage)
target_link_options(cell_builder PRIVATE -s -Wl,--as-needed -fno-sanitize=all -fno-lto)
# The C driver links: the C++ run-time library stays out.
# Each file by itself: what its inits may use of the C library is looked up in their objects.
set_target_properties(cell_builder PROPERTIES LINKER_LANGUAGE C UNITY_BUILD OFF)

set(builder_file "${CMAKE_CURRENT_BINARY_DIR}/cell_builder")
set_target_properties(cell_builder PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}")
set(CLOISTER_BUILDER_OBJECT_SOURCE "${builder_dir}/embedded.S")
set_source_files_properties("${CLOISTER_BUILDER_OBJECT_SOURCE}" PROPERTIES
  COMPILE_DEFINITIONS "CLOISTER_BUILDER_FILE=\"${builder_file}\""
  OBJECT_DEPENDS "${builder_file}")
