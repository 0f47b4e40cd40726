// Numbers with their noun, and where progress says them.
#include "cli/count_text.h"

#include <catch2/catch.hpp>

#include "cli/progress_text.h"

namespace snaptree::cli {
namespace {

TEST_CASE("one of a kind is no plural") {
  CHECK(Counted(0, "row") == "0 rows");
  CHECK(Counted(1, "row") == "1 row");
  CHECK(Counted(1234, "row") == "1,234 rows");
  CHECK(Counted(1, "stretch", "stretches") == "1 stretch");
  CHECK(Counted(2, "stretch", "stretches") == "2 stretches");
}

TEST_CASE("progress counts one file and one row too") {
  ProgressLook look;
  look.phase = "write";
  look.unit = "keys";
  look.rows = 1;
  look.files = 1;
  look.done = 1;
  CHECK(ProgressCountLine(look) == "       1 row, 1 file");
  CHECK(ProgressPlainLine(look).find(" 1 key, ") != std::string::npos);
  look.total = 2;
  CHECK(ProgressPlainLine(look).find(" 1/2 keys, ") != std::string::npos);
}

}  // namespace
}  // namespace snaptree::cli
