#include <fmt/core.h>

FMT_BEGIN_NAMESPACE
std::string vformat(string_view, format_args) { return "another fmt"; }
FMT_END_NAMESPACE
