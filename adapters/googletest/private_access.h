// Every private name of GoogleTest that Cloister uses, and nowhere else. Explicit instantiation may
// name private members ([temp.spec.general]/6). If a later GoogleTest changes a name or type, this
// fails to compile and never misbehaves. Names and types are the same from 1.10 to 1.18.
#pragma once

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

namespace cloister::googletest::private_access {

template <typename Tag, typename Tag::type member>
struct Expose {
  friend constexpr typename Tag::type member_of(Tag) { return member; }
};

#define CLOISTER_EXPOSE(tag, owner, member, ...) \
  struct tag {                                   \
    using type = __VA_ARGS__;                    \
    friend constexpr type member_of(tag);        \
  };                                             \
  template struct Expose<tag, &owner::member>

using testing::TestInfo;
using testing::TestResult;
using testing::TestSuite;
using testing::UnitTest;

CLOISTER_EXPOSE(SuiteTests, TestSuite, test_info_list_, std::vector<TestInfo*> TestSuite::*);
CLOISTER_EXPOSE(SuiteOrder, TestSuite, test_indices_, std::vector<int> TestSuite::*);
CLOISTER_EXPOSE(SuiteSetUp, TestSuite, set_up_tc_,
                testing::internal::SetUpTestSuiteFunc TestSuite::*);
CLOISTER_EXPOSE(SuiteTearDown, TestSuite, tear_down_tc_,
                testing::internal::TearDownTestSuiteFunc TestSuite::*);
CLOISTER_EXPOSE(SuiteShouldRun, TestSuite, should_run_, bool TestSuite::*);
CLOISTER_EXPOSE(SuiteElapsed, TestSuite, elapsed_time_, testing::TimeInMillis TestSuite::*);
CLOISTER_EXPOSE(InfoShouldRun, TestInfo, should_run_, bool TestInfo::*);
CLOISTER_EXPOSE(InfoFixture, TestInfo, fixture_class_id_,
                const testing::internal::TypeId TestInfo::*);
CLOISTER_EXPOSE(InfoFactory, TestInfo, factory_,
                testing::internal::TestFactoryBase* const TestInfo::*);
CLOISTER_EXPOSE(ResultElapsed, TestResult, elapsed_time_, testing::TimeInMillis TestResult::*);
CLOISTER_EXPOSE(ResultStart, TestResult, start_timestamp_, testing::TimeInMillis TestResult::*);
CLOISTER_EXPOSE(ListenersRepeater, testing::TestEventListeners, repeater_,
                testing::internal::TestEventRepeater* testing::TestEventListeners::*);
CLOISTER_EXPOSE(ListenersForward, testing::TestEventListeners, repeater,
                testing::TestEventListener* (testing::TestEventListeners::*)());
// In the order in which they run, which GetTestSuite() gets wrong where they are shuffled.
CLOISTER_EXPOSE(UnitTestSuite, UnitTest, GetMutableTestSuite, TestSuite* (UnitTest::*)(int));
CLOISTER_EXPOSE(UnitTestParameterized, UnitTest, parameterized_test_registry,
                testing::internal::ParameterizedTestSuiteRegistry& (UnitTest::*)());
CLOISTER_EXPOSE(ParameterizedSuites, testing::internal::ParameterizedTestSuiteRegistry,
                test_suite_infos_,
                std::vector<testing::internal::ParameterizedTestSuiteInfoBase*>
                    testing::internal::ParameterizedTestSuiteRegistry::*);
CLOISTER_EXPOSE(UnitTestImplementation, UnitTest, impl_,
                testing::internal::UnitTestImpl* UnitTest::*);
CLOISTER_EXPOSE(
    FakeReporterOld, testing::ScopedFakeTestPartResultReporter, old_reporter_,
    testing::TestPartResultReporterInterface* testing::ScopedFakeTestPartResultReporter::*);

#undef CLOISTER_EXPOSE

// `get(SuiteTests{}, suite)` is suite.test_info_list_, even if `suite` is const: the tests of a run
// are never const objects, only seen through const references.
template <typename Tag, typename Object>
auto& get(Tag tag, const Object& object) {
  return const_cast<Object&>(object).*member_of(tag);
}

// Exchanges the member for `value`, even if it is const. A new object is made in the place of the
// old one, and names of the old one then denote the new one (C++20, [basic.life]/8).
template <typename Tag, typename Object, typename Value>
void swap(Tag tag, const Object& object, Value& value) {
  const auto& member = get(tag, object);
  std::construct_at(const_cast<Value*>(&member), std::exchange(value, Value(member)));
}

// Throws what GoogleTest takes for a failure that was already reported; does nothing if it throws
// none. A GoogleTest built with -fno-exceptions lacks the constructor and never gets here. So the
// copy constructor, which is std::runtime_error's, makes the exception.
inline void throw_assertion_exception() {
#if GTEST_HAS_EXCEPTIONS
  static_assert(sizeof(testing::AssertionException) == sizeof(std::runtime_error));
  const std::runtime_error base("");
  throw static_cast<const testing::AssertionException&>(base);
#endif
}

}  // namespace cloister::googletest::private_access
