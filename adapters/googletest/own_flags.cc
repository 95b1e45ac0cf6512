// Takes Cloister's flags out of argv, where GoogleTest takes out its own: other parsers of flags,
// which a program calls next, refuse what they do not know. The linker has the program's calls of
// InitGoogleTest and InitGoogleMock come here (--wrap, in CMakeLists.txt).
#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

#include <cloister/gtest.h>

namespace cloister {
namespace {

template <typename Char>
bool is_flag(std::basic_string_view<Char> argument) {
  constexpr std::string_view kName = "--cloister";
  if (argument.size() < kName.size() || !std::equal(kName.begin(), kName.end(), argument.begin()))
    return false;
  argument.remove_prefix(kName.size());
  return argument.empty() || argument.front() == '=' || argument.front() == '_';
}

template <typename Char>
void remove_flags(int* argc, Char** argv) {
  if (argc == nullptr || argv == nullptr || *argc == 0) return;
  int kept = 1;
  for (int i = 1; i < *argc; ++i) {
    if (!is_flag(std::basic_string_view<Char>(argv[i]))) argv[kept++] = argv[i];
  }
  if (kept == *argc) return;
  argv[kept] = argv[*argc];  // as GoogleTest does, whatever stands behind them
  *argc = kept;
}

template <typename Char>
void init_google_mock(void (*real)(int*, Char**), int* argc, Char** argv) {
  real != nullptr ? real(argc, argv) : testing::InitGoogleTest(argc, argv);
  remove_flags(argc, argv);
}

}  // namespace

void init(int* argc, char** argv) { remove_flags(argc, argv); }

}  // namespace cloister

// Named by the linker. Absent where a program is linked without --wrap or without gmock.
// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
extern "C" {
[[gnu::weak]] void __real__ZN7testing14InitGoogleTestEPiPPc(int* argc, char** argv);
[[gnu::weak]] void __real__ZN7testing14InitGoogleTestEPiPPw(int* argc, wchar_t** argv);
[[gnu::weak]] void __real__ZN7testing14InitGoogleMockEPiPPc(int* argc, char** argv);
[[gnu::weak]] void __real__ZN7testing14InitGoogleMockEPiPPw(int* argc, wchar_t** argv);

void __wrap__ZN7testing14InitGoogleTestEPiPPc(int* argc, char** argv) {
  __real__ZN7testing14InitGoogleTestEPiPPc(argc, argv);
  cloister::remove_flags(argc, argv);
}
void __wrap__ZN7testing14InitGoogleTestEPiPPw(int* argc, wchar_t** argv) {
  __real__ZN7testing14InitGoogleTestEPiPPw(argc, argv);
  cloister::remove_flags(argc, argv);
}
void __wrap__ZN7testing14InitGoogleMockEPiPPc(int* argc, char** argv) {
  cloister::init_google_mock(__real__ZN7testing14InitGoogleMockEPiPPc, argc, argv);
}
void __wrap__ZN7testing14InitGoogleMockEPiPPw(int* argc, wchar_t** argv) {
  cloister::init_google_mock(__real__ZN7testing14InitGoogleMockEPiPPw, argc, argv);
}
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
