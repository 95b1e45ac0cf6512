# What the `cloister` command is built from, and CLOISTER_COMMAND: on where all of it is there and Cloister is
# the project that is built.
find_package(CLI11 QUIET)
find_package(Boost 1.81 QUIET)
find_package(nlohmann_json QUIET)
set(command_lacks "")
foreach(package IN ITEMS "CLI11:libcli11-dev" "Boost:libboost1.81-dev, or libboost-dev where that is 1.81 or newer"
        "nlohmann_json:nlohmann-json3-dev")
  string(REGEX MATCH "^([^:]*):(.*)$" matched "${package}")
  if(NOT ${CMAKE_MATCH_1}_FOUND)
    list(APPEND command_lacks "${CMAKE_MATCH_1} (${CMAKE_MATCH_2})")
  endif()
endforeach()

if(PROJECT_IS_TOP_LEVEL AND NOT command_lacks)
  set(by_default ON)
else()
  set(by_default OFF)
endif()
option(CLOISTER_COMMAND "Build the cloister command" ${by_default})
if(CLOISTER_COMMAND AND command_lacks)
  list(JOIN command_lacks "; " command_lacks)
  message(FATAL_ERROR "The cloister command needs ${command_lacks}. Install the Debian package in brackets, or turn "
                      "CLOISTER_COMMAND off")
endif()
