// What a service has to do with GoogleTest, if the program has it. The library links without.
// docs/decisions/0107.
#pragma once

#include <string>

namespace cloister::service {

// Called when a service starts: GoogleTest then outlives services in static objects.
void need_googletest();

// Whether the running test has failed; outside of a test (in TearDownTestSuite), whether any has.
// False without GoogleTest.
bool test_has_failed();

// Prints the text, and records it as a property of the test, for reports in XML and JSON.
void attach_to_test(const std::string& service, const std::string& text);

}  // namespace cloister::service
