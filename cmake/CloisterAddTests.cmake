# Asks a binary for its tests and writes them down for CTest. Run by what cloister_discover_tests() generates, which
# sets BINARY, CLOISTER, TESTS_FILE and the arguments of that function.
set(skip_status 77)
set(options "")
if(KIND)
  list(APPEND options --kind "${KIND}")
endif()
set(filter "")
if(TEST_FILTER)
  set(filter "--filter=${TEST_FILTER}")
endif()
execute_process(
  COMMAND "${CLOISTER}" run --list --cmake ${options} ${filter} --ask-timeout "${DISCOVERY_TIMEOUT}s" "${BINARY}" -- ${EXTRA_ARGS}
  WORKING_DIRECTORY "${WORKING_DIRECTORY}" OUTPUT_VARIABLE list ERROR_VARIABLE words RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  if(EXISTS "${TESTS_FILE}")
    file(REMOVE "${TESTS_FILE}")
  endif()
  message(FATAL_ERROR "cannot discover the tests of ${BINARY}:\n${words}")
endif()

# In CTest's own files, text of any kind is safe between brackets of a length that it does not hold.
function(bracketed variable text)
  set(level "=")
  while(text MATCHES "\\]${level}\\]" OR text MATCHES "\\]${level}$")
    string(APPEND level "=")
  endwhile()
  set(${variable} "[${level}[${text}]${level}]" PARENT_SCOPE)
endfunction()

function(command_words variable)
  set(words "")
  # By number: an argument may be a list, which ARGN would take apart.
  set(number 1)
  while(number LESS ARGC)
    bracketed(word "${ARGV${number}}")
    string(APPEND words " ${word}")
    math(EXPR number "${number} + 1")
  endwhile()
  set(${variable} "${words}" PARENT_SCOPE)
endfunction()

command_words(before "${CLOISTER}" run ${CELL_OPTIONS} --skip-status ${skip_status})
command_words(properties ${PROPERTIES})
command_words(extra ${EXTRA_ARGS})
bracketed(binary "${BINARY}")
bracketed(directory "${WORKING_DIRECTORY}")
file(WRITE "${TESTS_FILE}" "set(${TEST_LIST})\n")

# A call for each test is what the list consists of. Each writes for itself: what all of them shared would be copied for
# each of them.
function(cloister_test kind disabled name)
  bracketed(exact "--test=${name}")
  bracketed(shown "${TEST_PREFIX}${name}${TEST_SUFFIX}")
  set(disabling "")
  if(disabled)
    set(disabling " DISABLED TRUE")
  endif()
  file(APPEND "${TESTS_FILE}" "add_test(${shown}${before} --kind ${kind} ${exact} ${binary} --${extra})\n"
    "set_tests_properties(${shown} PROPERTIES WORKING_DIRECTORY ${directory} SKIP_RETURN_CODE ${skip_status}"
    "${disabling}${properties})\nlist(APPEND ${TEST_LIST} ${shown})\n")
endfunction()

cmake_language(EVAL CODE "${list}")
