// A doctest binary: every end, suites, decorators, and names that a filter gives a meaning.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include "selftests/guests/frameworks/ways_to_end.h"

TEST_CASE("passes") { CHECK(1 + 1 == 2); }
TEST_CASE("fails") { CHECK(1 + 1 == 3); }
TEST_CASE("crashes") { crash(); }
TEST_CASE("hangs") { hang(); }
TEST_CASE("eats") { eat(); }
TEST_CASE("leaves") { leave(); }
TEST_CASE("skipped" * doctest::skip()) { CHECK(false); }
TEST_CASE("may fail" * doctest::may_fail()) { CHECK(false); }
TEST_CASE("should fail" * doctest::should_fail()) { CHECK(true); }
TEST_CASE("subcases") {
  SUBCASE("one") { CHECK(true); }
  SUBCASE("two") { CHECK(1 == 2); }
}
TEST_SUITE("first") {
  TEST_CASE("same") { CHECK(true); }
}
TEST_SUITE("second") {
  TEST_CASE("same") { CHECK(false); }
}
TEST_CASE("odd, with a comma") { CHECK(true); }
TEST_CASE("odd* star") { CHECK(true); }
TEST_CASE("oddly star") { CHECK(false); }
TEST_CASE("odd back\\slash") { CHECK(true); }
TEST_CASE("") { CHECK(true); }
TEST_CASE("named \x01 and \x1b[0m") { CHECK(true); }
TEST_CASE("named\non two lines") { CHECK(true); }
TEST_CASE("named Gr\xfcn") { CHECK(true); }
TEST_CASE(" named with spaces around ") { CHECK(true); }
