// A Catch2 binary, of version 2 or 3: every end, and names that a test specification gives a
// meaning.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#endif

#include "selftests/guests/frameworks/ways_to_end.h"

TEST_CASE("passes", "[fast]") { CHECK(1 + 1 == 2); }
TEST_CASE("fails") { CHECK(1 + 1 == 3); }
TEST_CASE("crashes") { crash(); }
TEST_CASE("hangs") { hang(); }
TEST_CASE("eats") { eat(); }
TEST_CASE("leaves") { leave(); }
TEST_CASE("hidden", "[.]") { CHECK(false); }
TEST_CASE("exclude:itself", "[.]") { CHECK(true); }
TEST_CASE("sections") {
  SECTION("one") { CHECK(true); }
  SECTION("two") { CHECK(1 == 2); }
}
TEST_CASE("odd, with a comma", "[odd]") { CHECK(true); }
TEST_CASE("odd [brackets] inside", "[odd]") { CHECK(true); }
TEST_CASE("odd back\\slash", "[odd]") { CHECK(true); }
TEST_CASE("odd space behind ", "[odd]") { CHECK(true); }
TEST_CASE("odd star*", "[odd]") { CHECK(true); }
TEST_CASE("odd starred", "[odd]") { CHECK(false); }
TEST_CASE("~odd tilde", "[odd]") { CHECK(true); }
TEST_CASE("\"odd quotes\"", "[odd]") { CHECK(true); }
TEST_CASE("named \x01 and \x1b[0m") { CHECK(true); }
TEST_CASE("named Gr\xfcn") { CHECK(true); }
TEST_CASE("#named") { CHECK(true); }
