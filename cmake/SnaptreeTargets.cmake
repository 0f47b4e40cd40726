# Helpers that turn a folder into a target. Files are found by pattern: adding one needs no edit here.

# Makes build/<preset>/include-roots/<target>/<folder> a link to the source folder and returns that root.
#
# A target's public include directory is its own root and nothing else, so `#include "formats/x.h"` is found only by
# targets that link snaptree_formats: a wrong arrow between folders does not compile.
function(snaptree_include_root target folder out)
  set(root ${PROJECT_BINARY_DIR}/include-roots/${target})
  get_filename_component(parent ${root}/${folder} DIRECTORY)
  file(MAKE_DIRECTORY ${parent})
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${folder} ${root}/${folder} SYMBOLIC)
  set(${out} ${root} PARENT_SCOPE)
endfunction()

# snaptree_precompile(<target> [<header>...])
# With SNAPTREE_PCH: what most sources include, and <header>, is compiled once for the target.
function(snaptree_precompile target)
  if(SNAPTREE_PCH)
    target_precompile_headers(${target} PRIVATE
      <algorithm> <array> <functional> <map> <memory> <mutex> <optional> <set> <span> <string> <utility> <vector> ${ARGN})
  endif()
endfunction()

# snaptree_library(<target> [DEPS <our targets>...] [LIBS <libraries of others>...] [EXCLUDE <file>...])
# One static library from the *.cc files beside the calling CMakeLists.txt and in folders below it; header-only while there are none.
function(snaptree_library target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "DEPS;LIBS;EXCLUDE")
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  snaptree_include_root(${target} ${folder} root)

  file(GLOB_RECURSE sources CONFIGURE_DEPENDS *.cc)
  foreach(file IN LISTS arg_EXCLUDE)
    list(REMOVE_ITEM sources ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  endforeach()

  if(sources)
    add_library(${target} STATIC ${sources})
    snaptree_precompile(${target})
    target_include_directories(${target} PUBLIC ${root})
    target_link_libraries(${target} PRIVATE snaptree_options PUBLIC ${arg_DEPS} ${arg_LIBS})
  else()
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE ${root})
    target_link_libraries(${target} INTERFACE ${arg_DEPS} ${arg_LIBS})
  endif()
  set_property(GLOBAL APPEND PROPERTY SNAPTREE_LIBRARIES ${target})
endfunction()
