// Everything that test code can do wrong, in every place where it runs: a suite each. With
// GUEST_ENVIRONMENT=place.kind a global environment does the same, and with
// GUEST_LISTENER=place.kind a listener in the guest; that one also does what the names of the
// suites Listener* ask for.
#include <gtest/gtest.h>
#include <stdio.h>
#include <stdlib.h>

#include <array>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>

#include <cloister/gtest.h>

namespace {

constexpr std::array kPlaces{"SetUpTestSuite",
                             "Constructor",
                             "SetUp",
                             "Body",
                             "TearDown",
                             "Destructor",
                             "TearDownTestSuite",
                             "ListenerSuiteStart",
                             "ListenerTestStart",
                             "ListenerTestEnd",
                             "ListenerSuiteEnd"};
constexpr std::array kKinds{"NonFatal", "Fatal", "Skip",    "Exception",
                            "Thrown",   "Trace", "Success", "Property"};
constexpr int kPlaceCount = static_cast<int>(kPlaces.size());
constexpr int kKindCount = static_cast<int>(kKinds.size());

void misbehave(const std::string& place, const std::string& kind) {
  printf("%s in %s\n", kind.c_str(), place.c_str());
  if (kind == "NonFatal") ADD_FAILURE() << "not fatal";
  if (kind == "Fatal") FAIL() << "fatal";
  if (kind == "Skip") GTEST_SKIP() << "skipped";
  if (kind == "Exception") throw std::runtime_error("an exception");
  if (kind == "Thrown") throw 17;
  if (kind == "Trace") {
    SCOPED_TRACE("on the way");
    EXPECT_EQ(1, 2);
    EXPECT_EQ(3, 4);
  }
  if (kind == "Success") SUCCEED() << "done";
  if (kind == "Property") testing::Test::RecordProperty("place", place);
}

template <int place, int kind>
struct At {
  static void reached(const char* here) {
    if (here == std::string(kPlaces[place])) misbehave(kPlaces[place], kKinds[kind]);
  }
};

template <typename Misbehaviour>
class EachPlace : public testing::Test {
 protected:
  static void SetUpTestSuite() { Misbehaviour::reached("SetUpTestSuite"); }
  static void TearDownTestSuite() { Misbehaviour::reached("TearDownTestSuite"); }
  EachPlace() { Misbehaviour::reached("Constructor"); }
  ~EachPlace() override { Misbehaviour::reached("Destructor"); }
  void SetUp() override { Misbehaviour::reached("SetUp"); }
  void TearDown() override { Misbehaviour::reached("TearDown"); }
};
TYPED_TEST_SUITE_P(EachPlace);
TYPED_TEST_P(EachPlace, First) { TypeParam::reached("Body"); }
TYPED_TEST_P(EachPlace, Second) { TypeParam::reached("Body"); }
REGISTER_TYPED_TEST_SUITE_P(EachPlace, First, Second);

template <int place, typename Kinds>
struct AllKindsAt;
template <int place, int... kinds>
struct AllKindsAt<place, std::integer_sequence<int, kinds...>> {
  using types = testing::Types<At<place, kinds>...>;
  struct Names {
    template <typename T>
    static std::string GetName(int kind) {
      return std::string(kKinds[static_cast<std::size_t>(kind)]);
    }
  };
};
template <int place>
using Kinds = AllKindsAt<place, std::make_integer_sequence<int, kKindCount>>;

// A throwing destructor ends the program, and so is left out.
struct KindsOfDestructor : AllKindsAt<5, std::integer_sequence<int, 0, 1, 2, 5, 6, 7>> {
  struct Names {
    template <typename T>
    static std::string GetName(int index) {
      return std::string(kKinds[static_cast<std::size_t>(index < 3 ? index : index + 2)]);
    }
  };
};

// As well in suites that have neither SetUpTestSuite nor TearDownTestSuite.
template <typename Misbehaviour>
class NoHooks : public testing::Test {
 protected:
  NoHooks() { Misbehaviour::reached("Constructor"); }
  ~NoHooks() override { Misbehaviour::reached("Destructor"); }
  void SetUp() override { Misbehaviour::reached("SetUp"); }
  void TearDown() override { Misbehaviour::reached("TearDown"); }
};
TYPED_TEST_SUITE_P(NoHooks);
TYPED_TEST_P(NoHooks, First) { TypeParam::reached("Body"); }
TYPED_TEST_P(NoHooks, Second) {}
REGISTER_TYPED_TEST_SUITE_P(NoHooks, First, Second);

// A listener that throws ends the run: GUEST_LISTENER does that.
template <int place>
struct KindsOfListener : AllKindsAt<place, std::integer_sequence<int, 0, 1, 2, 5, 6, 7>> {
  using Names = KindsOfDestructor::Names;
};
#define LISTENER_AT(number, name)                                                 \
  INSTANTIATE_TYPED_TEST_SUITE_P(name, EachPlace, KindsOfListener<number>::types, \
                                 KindsOfListener<number>::Names);                 \
  INSTANTIATE_TYPED_TEST_SUITE_P(name, NoHooks, KindsOfListener<number>::types,   \
                                 KindsOfListener<number>::Names)
LISTENER_AT(7, ListenerSuiteStart);
LISTENER_AT(8, ListenerTestStart);
LISTENER_AT(9, ListenerTestEnd);
LISTENER_AT(10, ListenerSuiteEnd);

#define AT(number, name) \
  INSTANTIATE_TYPED_TEST_SUITE_P(name, EachPlace, Kinds<number>::types, Kinds<number>::Names)
AT(0, SetUpTestSuite);
AT(1, Constructor);
AT(2, SetUp);
AT(3, Body);
AT(4, TearDown);
INSTANTIATE_TYPED_TEST_SUITE_P(Destructor, EachPlace, KindsOfDestructor::types,
                               KindsOfDestructor::Names);
AT(6, TearDownTestSuite);
INSTANTIATE_TYPED_TEST_SUITE_P(Constructor, NoHooks, Kinds<1>::types, Kinds<1>::Names);
INSTANTIATE_TYPED_TEST_SUITE_P(SetUp, NoHooks, Kinds<2>::types, Kinds<2>::Names);
INSTANTIATE_TYPED_TEST_SUITE_P(Body, NoHooks, Kinds<3>::types, Kinds<3>::Names);
INSTANTIATE_TYPED_TEST_SUITE_P(TearDown, NoHooks, Kinds<4>::types, Kinds<4>::Names);

class World : public testing::Environment {
 public:
  explicit World(std::string asked) : asked_(std::move(asked)) {}
  void SetUp() override { reached("SetUp"); }
  void TearDown() override { reached("TearDown"); }

 private:
  void reached(const std::string& place) const {
    printf("the world's %s\n", place.c_str());
    if (asked_.rfind(place + ".", 0) == 0) misbehave(place, asked_.substr(place.size() + 1));
  }
  std::string asked_;
};

class Listener : public testing::EmptyTestEventListener {
 public:
  explicit Listener(std::string asked) : asked_(std::move(asked)) {}
  void OnTestIterationStart(const testing::UnitTest&, int) override { reached("IterationStart"); }
  void OnEnvironmentsSetUpStart(const testing::UnitTest&) override { reached("WorldsStart"); }
  void OnEnvironmentsSetUpEnd(const testing::UnitTest&) override { reached("WorldsStarted"); }
  void OnTestSuiteStart(const testing::TestSuite& s) override { reached("SuiteStart", s.name()); }
  void OnTestStart(const testing::TestInfo& t) override {
    reached("TestStart", t.test_suite_name());
  }
  void OnTestEnd(const testing::TestInfo& t) override { reached("TestEnd", t.test_suite_name()); }
  void OnTestSuiteEnd(const testing::TestSuite& s) override { reached("SuiteEnd", s.name()); }
  void OnEnvironmentsTearDownStart(const testing::UnitTest&) override { reached("WorldsEnd"); }
  void OnEnvironmentsTearDownEnd(const testing::UnitTest&) override { reached("WorldsEnded"); }
  void OnTestIterationEnd(const testing::UnitTest&, int) override { reached("IterationEnd"); }
  void OnTestProgramEnd(const testing::UnitTest&) override { reached("ProgramEnd"); }

 private:
  void reached(const std::string& place, const std::string& suite = "") const {
    printf("the listener's %s\n", place.c_str());
    fprintf(stderr, "the listener's %s on stderr\n", place.c_str());
    if (asked_.rfind(place + ".", 0) == 0) misbehave(place, asked_.substr(place.size() + 1));
    if (suite.rfind("Listener" + place + "/", 0) == 0)
      misbehave(place, suite.substr(suite.rfind('/') + 1));
  }
  std::string asked_;
};

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (const char* asked = getenv("GUEST_ENVIRONMENT")) {
    testing::AddGlobalTestEnvironment(new World("None"));
    testing::AddGlobalTestEnvironment(new World(asked));
    testing::AddGlobalTestEnvironment(new World("None"));
  }
  if (const char* asked = getenv("GUEST_LISTENER"))
    cloister::append_listener_in_guest(new Listener(asked));
  const int result = cloister::run_all_tests();
  printf("main goes on\n");
  return result;
}
