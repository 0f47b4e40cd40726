# Compiler settings for all of our targets: standard, warnings, sanitizers, hardening.

option(SNAPTREE_WERROR "Warnings are errors" ON)
option(SNAPTREE_TESTS "Build the tests" ON)
option(SNAPTREE_BENCH "Build the benchmarks" ON)
option(SNAPTREE_FUZZ "Build tests/fuzz as libFuzzer programs instead of replay tests (clang only)" OFF)
option(SNAPTREE_PCH "Precompile what most sources include; the debug preset, that clang-tidy reads, finds missing ones" OFF)
set(SNAPTREE_SANITIZE "" CACHE STRING "Sanitizers, comma separated: address,undefined or thread")

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Release, Debug or RelWithDebInfo" FORCE)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

include(CheckPIESupported)
check_pie_supported(LANGUAGES CXX)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

# Every target of ours links this privately.
add_library(snaptree_options INTERFACE)
target_compile_definitions(snaptree_options INTERFACE
  SNAPTREE_VERSION="${PROJECT_VERSION}"
  $<$<NOT:$<CONFIG:Release>>:_GLIBCXX_ASSERTIONS>)
target_compile_options(snaptree_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Woverloaded-virtual
  -Wold-style-cast -Wcast-align -Wcast-qual -Wunused -Wformat=2
  -Wimplicit-fallthrough -Wextra-semi -Wundef -Wvla
  # Messages and assertions name files relative to the source tree, whatever the checkout is called.
  -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(snaptree_options INTERFACE
    -Wduplicated-cond -Wduplicated-branches -Wlogical-op
    # GCC 12 reports overlaps inside std::string's operator+ that cannot happen (GCC bug 105651).
    -Wno-restrict
    # The same of strings in general where <string> comes from a precompiled header: it counts as ours then.
    $<$<BOOL:${SNAPTREE_PCH}>:-Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread>)
endif()
if(SNAPTREE_WERROR)
  target_compile_options(snaptree_options INTERFACE -Werror)
endif()

if(SNAPTREE_SANITIZE)
  set(_sanitize ${SNAPTREE_SANITIZE})
  if(SNAPTREE_FUZZ)
    string(APPEND _sanitize ",fuzzer-no-link")
  endif()
  # Not vptr: it looks at memory through a pipe, and reports sound objects when a test is out of descriptors.
  add_compile_options(-fsanitize=${_sanitize} -fno-sanitize=vptr -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${_sanitize})
else()
  # The input is hostile: keep what the compiler and the linker offer for free.
  add_compile_options(-fstack-protector-strong $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2>)
  add_link_options(-Wl,-z,relro,-z,now)
endif()
