// A Boost.Test binary: every end, nested suites, data, types, decorators.
#define BOOST_TEST_MODULE every end
#include <boost/mpl/list.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "selftests/guests/frameworks/ways_to_end.h"

namespace unit_test = boost::unit_test;

boost::test_tools::assertion_result has_printer(unit_test::test_unit_id) { return false; }

BOOST_AUTO_TEST_CASE(passes) { BOOST_TEST(1 + 1 == 2); }
BOOST_AUTO_TEST_CASE(fails) { BOOST_TEST(1 + 1 == 3); }
BOOST_AUTO_TEST_CASE(skips, *unit_test::precondition(has_printer)) { BOOST_TEST(true); }
BOOST_AUTO_TEST_CASE(crashes) { crash(); }
BOOST_AUTO_TEST_CASE(hangs) { hang(); }
BOOST_AUTO_TEST_CASE(eats) { eat(); }
BOOST_AUTO_TEST_CASE(leaves) { leave(); }
BOOST_AUTO_TEST_CASE(off, *unit_test::disabled()) { BOOST_TEST(false); }
BOOST_AUTO_TEST_SUITE(outer)
BOOST_AUTO_TEST_SUITE(inner)
BOOST_AUTO_TEST_CASE(passes) { BOOST_TEST(true); }
BOOST_AUTO_TEST_CASE(described, *unit_test::description("with: stars*") * unit_test::label("lab")) {
  BOOST_TEST(true);
}
BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE_END()
BOOST_DATA_TEST_CASE(numbers, unit_test::data::make({1, 2, 3}), n) { BOOST_TEST(n < 3); }
using types = boost::mpl::list<int, char>;
BOOST_AUTO_TEST_CASE_TEMPLATE(typed, T, types) { BOOST_TEST(sizeof(T) == 1U); }
BOOST_AUTO_TEST_CASE(depends, *unit_test::depends_on("fails")) { BOOST_TEST(true); }
