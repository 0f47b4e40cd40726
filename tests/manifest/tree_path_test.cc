#include "manifest/tree_path.h"

#include <catch2/catch.hpp>

namespace snaptree {
namespace {

TEST_CASE("paths that stay inside a tree") {
  for (const Slice path : {"a", "a/b", "...", ".a", "a./b", "..a/b..", "a\n/\xff", "-x"}) {
    INFO(path);
    CHECK(IsSafeTreePath(path));
  }
}

TEST_CASE("paths that do not, or that have two spellings") {
  for (const Slice path :
       {"", "/", "/a", "a/", "a//b", ".", "..", "./a", "a/.", "a/..", "a/../b"}) {
    INFO(path);
    CHECK_FALSE(IsSafeTreePath(path));
  }
  CHECK_FALSE(IsSafeTreePath(Slice("a\0b", 3)));
}

}  // namespace
}  // namespace snaptree
