// As many tests of doctest as MANY says.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <cstdlib>
#include <deque>
#include <string>

namespace {

void passes() { CHECK(true); }

const bool registered = [] {
  static std::deque<std::string> names;
  const char* many = std::getenv("MANY");
  for (unsigned i = 0; i < (many != nullptr ? std::strtoul(many, nullptr, 10) : 1); ++i) {
    names.push_back("number " + std::to_string(i));
    doctest::detail::regTest(
        doctest::detail::TestCase(passes, __FILE__, i,
                                  doctest_detail_test_suite_ns::getCurrentTestSuite()) *
        names.back().c_str());
  }
  return true;
}();

}  // namespace
