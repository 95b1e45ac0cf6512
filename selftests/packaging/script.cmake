# For the scripts of this directory: each ends at the first thing that is not as it should be.
function(require text)
  foreach(expected IN LISTS ARGN)
    string(FIND "${text}" "${expected}" at)
    if(at EQUAL -1)
      message(FATAL_ERROR "there is no '${expected}' in:\n${text}")
    endif()
  endforeach()
endfunction()
# run(STATUS COMMAND...): its output, of both streams, is in `output`. Any status is good where STATUS is "any"; it is in
# `status`.
function(run wanted)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT wanted STREQUAL "any" AND NOT status EQUAL wanted)
    message(FATAL_ERROR "${ARGN}\nended with ${status}, not ${wanted}:\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
  set(status "${status}" PARENT_SCOPE)
endfunction()
