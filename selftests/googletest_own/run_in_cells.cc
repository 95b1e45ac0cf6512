// Linked into the second build of a program that has a main() of its own: sends its RUN_ALL_TESTS()
// through Cloister although the source, and so the object file, is that of the first build.
// RUN_ALL_TESTS() is an inline function that calls testing::UnitTest::Run(); the linker option
// --wrap (see ld(1)) turns that call into a call of the function below.
#include <gtest/gtest.h>

#include <cloister/gtest.h>

extern "C" {
int __real__ZN7testing8UnitTest3RunEv(testing::UnitTest* unit_test);
int __wrap__ZN7testing8UnitTest3RunEv(testing::UnitTest* unit_test);
}

int __wrap__ZN7testing8UnitTest3RunEv(testing::UnitTest* unit_test) {
  // Cloister itself calls RUN_ALL_TESTS(), once per call of ours, and so comes back here.
  static bool called_by_cloister = false;
  if (called_by_cloister) return __real__ZN7testing8UnitTest3RunEv(unit_test);
  called_by_cloister = true;
  const int status = cloister::run_all_tests();
  called_by_cloister = false;
  return status;
}
