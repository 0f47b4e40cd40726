// Version lists behind a right checksum: refused with an error of the data, or rows that can be
// scanned, and as many of them as a salvage of the same bytes keeps.
#include <cstdlib>
#include <string>

#include "tests/support/opened_snapshot.h"
#include "tests/support/version_list_builder.h"

namespace {

using namespace snaptree;

void Require(bool holds) {
  if (!holds) std::abort();
}

void CheckRefused(const Status& status) {
  Require(status.kind() == ErrorKind::kData && !status.code().empty());
  Require(!status.info().source.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // What stands behind both timestamps of the header.
  const Slice input(reinterpret_cast<const char*>(data), size);
  const std::string bytes = test::VersionListBuilder(20, 10).Raw(input).Bytes();
  const test::OpenedSnapshot opened = test::OpenBytes(bytes);
  if (opened.status.ok()) {
    Require(test::AllRows(opened).size() == opened.scan.rows);
  } else {
    CheckRefused(opened.status);
  }
  const test::OpenedSnapshot salvaged = test::SalvageBytes(bytes);
  Require(salvaged.status.ok());
  Require(salvaged.input.salvage.empty() == opened.status.ok());
  if (opened.status.ok()) {
    Require(salvaged.scan.rows == opened.scan.rows);
  } else {
    Require(salvaged.input.salvage.rows_kept == salvaged.scan.rows);
  }
  return 0;
}
