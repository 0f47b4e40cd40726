# What all tests share: their time limit, and how Catch2 programs are registered.

include(Catch)  # catch_discover_tests, from the Catch2 package

set(SNAPTREE_TEST_TIMEOUT 120)
if(SNAPTREE_SANITIZE)
  set(SNAPTREE_TEST_TIMEOUT 300)
endif()

# Registers every test case of a Catch2 program as a test <prefix>.<test case>.
function(snaptree_discover_tests program prefix)
  catch_discover_tests(${program}
    TEST_PREFIX ${prefix}.
    # A test whose name the program cannot find again must not pass unseen.
    EXTRA_ARGS --warn NoTests
    # A test that needs a program which is not installed says so, and counts as skipped.
    PROPERTIES LABELS unit TIMEOUT ${SNAPTREE_TEST_TIMEOUT} SKIP_REGULAR_EXPRESSION "SKIPPED: ")
endfunction()
