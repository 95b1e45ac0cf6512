# Which of GoogleTest's programs are compared, and in which runs besides the one without flags. Included by
# CMakeLists.txt. A new version's programs are added here.
#
# Left out:
#   gmock_all_test.cc, gtest_all_test.cc      include the sources of the other tests once more (170 s to compile)
#   gtest_test_macro_stack_footprint_test.cc  runs none of its 1000 empty tests (10 s to compile)
#   the *_no_exception and *_no_rtti variants, and gtest_dll_test_ and shared_gmock_test_
#                                             need a GoogleTest built in another way than the distribution's

set(orders "--gtest_shuffle --gtest_random_seed=17" "--gtest_repeat=2")
set(ways_to_run
  ${orders} "--gtest_repeat=2 --gtest_recreate_environments_when_repeating"
  "--gtest_repeat=3 --gtest_shuffle --gtest_random_seed=5"
  --gtest_fail_fast --gtest_also_run_disabled_tests --gtest_list_tests --gtest_filter=*a*:-*b* --gtest_filter=None
  --gtest_brief=1 --gtest_color=yes --gtest_print_time=0 --gtest_output=xml:report.xml 2>&1
  "GTEST_TOTAL_SHARDS=3 GTEST_SHARD_INDEX=1 GTEST_SHARD_STATUS_FILE=status"
  TEST_PREMATURE_EXIT_FILE=premature_exit --gtest_throw_on_failure CLOISTER_JOBS=1 CLOISTER_JOBS=16)

# The samples.
own_program(sample1_unittest FOLDER googletest/samples SOURCES sample1_unittest.cc sample1.cc RUNS ${orders})
own_program(sample2_unittest FOLDER googletest/samples SOURCES sample2_unittest.cc sample2.cc RUNS ${orders})
own_program(sample3_unittest FOLDER googletest/samples RUNS ${orders})
own_program(sample4_unittest FOLDER googletest/samples SOURCES sample4_unittest.cc sample4.cc RUNS ${orders})
own_program(sample5_unittest FOLDER googletest/samples SOURCES sample5_unittest.cc sample1.cc RUNS ${orders})
own_program(sample6_unittest FOLDER googletest/samples RUNS ${orders})
own_program(sample7_unittest FOLDER googletest/samples RUNS ${orders})
own_program(sample8_unittest FOLDER googletest/samples RUNS ${ways_to_run})
own_program(sample9_unittest FOLDER googletest/samples OWN_MAIN RUNS ${ways_to_run} --terse_output)
own_program(sample10_unittest FOLDER googletest/samples OWN_MAIN RUNS ${orders} --check_for_leaks)

# GoogleTest's tests of itself.
own_program(googletest-death-test-test RUNS 2>&1 ${orders} --gtest_death_test_style=threadsafe)
own_program(googletest-filepath-test)
own_program(googletest-listener-test OWN_MAIN)
own_program(googletest-message-test RUNS ${orders})
own_program(googletest-options-test RUNS ${orders})
own_program(googletest-param-test-test OWN_MAIN SOURCES googletest-param-test-test.cc googletest-param-test2-test.cc)
own_program(googletest-port-test RUNS ${orders})
own_program(googletest-printers-test RUNS ${orders})
own_program(googletest-test-part-test RUNS ${orders})
own_program(gtest-death-test_ex_catch_test OWN_MAIN SOURCES googletest-death-test_ex_test.cc
  DEFINITIONS GTEST_ENABLE_CATCH_EXCEPTIONS_=1 RUNS ${orders} --gtest_death_test_style=threadsafe)
own_program(gtest-death-test_ex_nocatch_test OWN_MAIN SOURCES googletest-death-test_ex_test.cc
  DEFINITIONS GTEST_ENABLE_CATCH_EXCEPTIONS_=0 RUNS ${orders} --gtest_death_test_style=threadsafe)
own_program(gtest-typed-test_test SOURCES gtest-typed-test_test.cc gtest-typed-test2_test.cc RUNS ${orders})
own_program(gtest-unittest-api_test OWN_MAIN)
own_program(gtest_assert_by_exception_test OWN_MAIN RUNS --gtest_brief=1)
own_program(gtest_environment_test OWN_MAIN)
own_program(gtest_main_unittest)
own_program(gtest_no_test_unittest OWN_MAIN)
own_program(gtest_pred_impl_unittest RUNS ${orders})
own_program(gtest_premature_exit_test OWN_MAIN
  RUNS TEST_PREMATURE_EXIT_FILE=premature_exit
       "TEST_PREMATURE_EXIT_FILE=premature_exit --gtest_death_test_style=threadsafe")
own_program(gtest_prod_test SOURCES gtest_prod_test.cc production.cc)
own_program(gtest_repeat_test OWN_MAIN)
own_program(gtest_skip_in_environment_setup_test OWN_MAIN RUNS ${ways_to_run})
own_program(gtest_skip_test RUNS ${ways_to_run})
own_program(gtest_sole_header_test)
own_program(gtest_stress_test OWN_MAIN RACING)
own_program(gtest_throw_on_failure_ex_test OWN_MAIN)
own_program(gtest_unittest RUNS ${orders} --gtest_death_test_style=threadsafe)

# Those that GoogleTest's Python tests start to look at what they print. Many of their tests fail, as they must.
own_program(googletest-break-on-failure-unittest_ OWN_MAIN
  RUNS ${orders} --gtest_break_on_failure --gtest_throw_on_failure GTEST_BREAK_ON_FAILURE=1)
own_program(googletest-catch-exceptions-test_ OWN_MAIN RUNS ${ways_to_run} --gtest_catch_exceptions=0)
own_program(googletest-color-test_ OWN_MAIN RUNS --gtest_color=yes)
own_program(googletest-env-var-test_ OWN_MAIN RUNS "GTEST_REPEAT=999 repeat" "GTEST_FILTER=Foo* filter")
own_program(googletest-failfast-unittest_ OWN_MAIN
  RUNS ${ways_to_run} GTEST_FAIL_FAST=1 TESTBRIDGE_TEST_RUNNER_FAIL_FAST=1
       "--gtest_fail_fast --gtest_filter=HasSkipTest.*" "--gtest_fail_fast --gtest_filter=HasFixtureTest.*"
       "--gtest_fail_fast --gtest_filter=HasSimpleTest.*" "--gtest_fail_fast --gtest_filter=HasDeathTest.*"
       "--gtest_fail_fast --gtest_filter=HasDisabledSuite.* --gtest_also_run_disabled_tests"
       "--gtest_fail_fast --gtest_filter=Typed*" "--gtest_fail_fast --gtest_filter=HasParam*")
own_program(googletest-filter-unittest_ OWN_MAIN
  RUNS ${ways_to_run} --gtest_filter=Foo*:BarTest.TestOne "GTEST_FILTER=Foo* --gtest_filter=*One"
       --gtest_filter=-*Test?* --gtest_death_test_style=threadsafe)
own_program(googletest-global-environment-unittest_ OWN_MAIN RUNS ${ways_to_run})
own_program(googletest-list-tests-unittest_ OWN_MAIN
  RUNS ${ways_to_run} "--gtest_list_tests --gtest_filter=Foo*" "--gtest_list_tests --gtest_break_on_failure")
own_program(googletest-output-test_ OWN_MAIN
  RUNS ${ways_to_run} internal_skip_environment_and_ad_hoc_tests
       "internal_skip_environment_and_ad_hoc_tests --gtest_print_time --gtest_filter=FatalFailureTest.*:LoggingTest.*"
       "internal_skip_environment_and_ad_hoc_tests --gtest_also_run_disabled_tests --gtest_filter=*DISABLED_*"
       "GTEST_SHARD_INDEX=1 GTEST_TOTAL_SHARDS=2 --gtest_filter=PassingTest.*")
own_program(googletest-param-test-invalid-name1-test_ OWN_MAIN)
own_program(googletest-param-test-invalid-name2-test_ OWN_MAIN)
own_program(googletest-setuptestsuite-test_ RUNS ${ways_to_run})
own_program(googletest-shuffle-test_ OWN_MAIN
  RUNS ${ways_to_run} "--gtest_shuffle --gtest_repeat=4 --gtest_random_seed=1"
       "--gtest_also_run_disabled_tests --gtest_shuffle --gtest_random_seed=2")
own_program(googletest-throw-on-failure-test_ OWN_MAIN RUNS --gtest_throw_on_failure)
own_program(googletest-uninitialized-test_ OWN_MAIN)
own_program(gtest_help_test_ RUNS --help)
own_program(gtest_list_output_unittest_ OWN_MAIN
  RUNS ${ways_to_run} "--gtest_list_tests --gtest_output=xml:list.xml"
       "--gtest_list_tests --gtest_output=json:list.json")
own_program(gtest_testbridge_test_ RUNS TESTBRIDGE_TEST_ONLY=*.TestThatSucceeds)
own_program(gtest_xml_outfile1_test_ RUNS --gtest_output=xml:)
own_program(gtest_xml_outfile2_test_ RUNS --gtest_output=xml:)
own_program(gtest_xml_output_unittest_ OWN_MAIN
  RUNS ${ways_to_run} "--shut_down_xml --gtest_output=xml:report.xml"
       "--gtest_output=xml:report.xml --gtest_filter=SuccessfulTest.*")

# gmock's.
set(gmock FOLDER googlemock/test GMOCK)
own_program(gmock-actions_test ${gmock} RUNS ${orders})
own_program(gmock-cardinalities_test ${gmock} RUNS ${orders})
own_program(gmock-function-mocker_test ${gmock} RUNS ${orders})
own_program(gmock-internal-utils_test ${gmock} RUNS ${orders})
own_program(gmock-matchers-arithmetic_test ${gmock})
own_program(gmock-matchers-comparisons_test ${gmock})
own_program(gmock-matchers-containers_test ${gmock})
own_program(gmock-matchers-misc_test ${gmock})
own_program(gmock-more-actions_test ${gmock} RUNS --gtest_death_test_style=threadsafe)
own_program(gmock-nice-strict_test ${gmock} RUNS ${orders} --gmock_verbose=info)
own_program(gmock-port_test ${gmock})
own_program(gmock-pp-string_test ${gmock})
own_program(gmock-pp_test ${gmock})
own_program(gmock-spec-builders_test ${gmock} OWN_MAIN)
own_program(gmock_ex_test ${gmock})
own_program(gmock_leak_test_ ${gmock} RUNS --gmock_catch_leaked_mocks=0)
own_program(gmock_link_test ${gmock} SOURCES gmock_link_test.cc gmock_link2_test.cc)
own_program(gmock_output_test_ ${gmock} OWN_MAIN RUNS ${orders} --gtest_throw_on_failure --gmock_verbose=info)
own_program(gmock_stress_test ${gmock} OWN_MAIN RACING)
own_program(gmock_test ${gmock} RUNS --gmock_verbose=error)
