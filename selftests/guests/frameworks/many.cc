// A GoogleTest binary of as many tests as the variable MANY says.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>

namespace {

class Row : public testing::Test {
  void TestBody() override {}
};

const bool kRegistered = [] {
  const char* many = getenv("MANY");
  for (int i = 0; i < (many != nullptr ? atoi(many) : 10); ++i) {
    testing::RegisterTest(("Table" + std::to_string(i / 100)).c_str(),
                          ("Row" + std::to_string(i)).c_str(), nullptr, nullptr, __FILE__, __LINE__,
                          []() -> testing::Test* { return new Row; });
  }
  return true;
}();

}  // namespace
