// A line of CHECKSUMS is refused or names a path inside the tree; what is written is read back as
// it was.
#include <cstdlib>
#include <string>

#include "manifest/checksums.h"
#include "manifest/tree_path.h"

namespace {

using namespace snaptree;

void Require(bool holds) {
  if (!holds) std::abort();
}

void RequireReadsBack(Slice path, const Sha256Digest& digest) {
  std::string line;
  AppendChecksumLine(&line, path, digest);
  Require(line.find('\n') == line.size() - 1);
  line.pop_back();
  const Result<ChecksumLine> parsed = ParseChecksumLine(line);
  Require(parsed.ok() && parsed->path == path && parsed->digest == digest);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Slice input(reinterpret_cast<const char*>(data), size);
  const Result<ChecksumLine> parsed = ParseChecksumLine(input);
  if (parsed.ok()) {
    Require(IsSafeTreePath(parsed->path));
    if (parsed->path.size() <= 4096) RequireReadsBack(parsed->path, parsed->digest);
  } else {
    Require(parsed.status().code() == "ChecksumsMalformed" ||
            parsed.status().code() == "ChecksumsPath");
  }
  if (size <= 4096 && IsSafeTreePath(input)) RequireReadsBack(input, Sha256::Of(input));
  return 0;
}
