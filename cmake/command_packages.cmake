# What the `cloister` command is built from, and CLOISTER_COMMAND: on where all of it is there and Cloister is
# the project that is built.
find_package(CLI11 QUIET)
find_package(Boost 1.81 QUIET)
find_package(nlohmann_json QUIET)
find_package(pugixml QUIET)
set(command_lacks "")
foreach(package IN ITEMS "CLI11:libcli11-dev" "Boost:libboost1.81-dev, or libboost-dev where that is 1.81 or newer"
        "nlohmann_json:nlohmann-json3-dev" "pugixml:libpugixml-dev")
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
if(NOT CLOISTER_COMMAND)
  return()
endif()

# CTest starts the command once for every test. With its libraries in it, it has begun in 0.6 of the time:
# docs/decisions/0100.
include(CheckCXXSourceCompiles)
set(CMAKE_REQUIRED_LINK_OPTIONS -static-pie)
set(CMAKE_REQUIRED_LIBRARIES pugixml::static)
check_cxx_source_compiles("
  #include <pugixml.hpp>
  int main() { return pugi::xml_document().load_string(\"<a/>\") ? 0 : 1; }" CLOISTER_LINKS_STATICALLY)
unset(CMAKE_REQUIRED_LINK_OPTIONS)
unset(CMAKE_REQUIRED_LIBRARIES)
if(CLOISTER_LINKS_STATICALLY AND NOT CLOISTER_SANITIZER)
  set(by_default ON)
else()
  set(by_default OFF)  # a sanitizer's library is a shared one
endif()
option(CLOISTER_STATIC_COMMAND "Link the cloister command with the static libraries of the distribution" ${by_default})
set(pugixml pugixml::pugixml)
set(command_link_options "")
if(CLOISTER_STATIC_COMMAND)
  set(pugixml pugixml::static)
  set(command_link_options -static-pie)
endif()
