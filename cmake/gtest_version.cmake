# cloister_gtest_version(VARIABLE): the version of the project's GoogleTest, whether it was found or is built with the
# project; empty where it does not say.
function(cloister_gtest_version variable)
  set(version "${GTest_VERSION}")
  get_target_property(built GTest::gtest ALIASED_TARGET)
  if(built)
    get_target_property(version "${built}" VERSION)
  endif()
  if(NOT version)
    set(version "")
  endif()
  set(${variable} "${version}" PARENT_SCOPE)
endfunction()
