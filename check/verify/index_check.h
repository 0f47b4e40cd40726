// Whether the derived rows of a snapshot agree with its records, both ways: the deep part of
// `snaptree verify SNAPSHOT`. Decoding needs none of these rows, and encoding makes them anew; a
// node that is restored from the file itself reads by them.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "adapters/common/decode_context.h"
#include "adapters/common/tree_findings.h"
#include "decode/decoder.h"

namespace snaptree {

struct IndexReport {
  // "IndexRowMissing", "IndexRowStale", "IndexRowMismatch", and rows whose keys cannot be taken
  // apart.
  TreeFindings& problems;
  // Problems by code that are not among those, beyond the first 10,000 of each index.
  std::map<std::string, uint64_t>& more;
  Findings& findings;
};

// context, decoded: of the run that read all records. Environment errors come back.
Status CheckIndexes(const DecodeContext& context, const DecodeReport& decoded, IndexReport* report);

}  // namespace snaptree
