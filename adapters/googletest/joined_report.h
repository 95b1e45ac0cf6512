// The report of a test whose suite was set up in a template: with the set-up before it, or the
// tear-down after it, as if one process had done both.
#pragma once

#include <cloister/report.h>

namespace cloister::googletest {

// What `earlier` printed and said comes before what `test` did.
void put_before(CellReport& test, const CellReport& earlier);
// And what `later` did after it. If that ended badly, so does the test.
void put_after(CellReport& test, const CellReport& later);

}  // namespace cloister::googletest
