// What was read of a tree against its CHECKSUMS, and against what the encoded snapshot decodes to:
// one walk over three sorted lists (spec 07 chapter 5 and section 8.4).
#pragma once

#include <cstdint>
#include <functional>

#include "adapters/common/tree_findings.h"
#include "base/external_sorter.h"
#include "tree/checksums_file.h"
#include "tree/tree_input.h"

namespace snaptree {

struct DigestLists {
  TreeInput& read;
  ChecksumsFile* listed = nullptr;    // null: not compared
  ExternalSorter* decoded = nullptr;  // path to digest, finished; null: not compared
};

// How a file that was read and one that was decoded go together.
enum class Compared : uint8_t { kEqual, kDifferent, kOnlyRead, kOnlyDecoded };

// Adds "ChecksumMismatch", "Missing" and "UnlistedFile" errors; calls take() for each path that was
// read or decoded, in order, when there is a decoded list. Without one it may be empty.
using TakeCompared = std::function<Status(Slice path, Compared how)>;
Status CompareDigests(const DigestLists& lists, TreeFindings& findings,
                      const TakeCompared& take = {});

// Of a list that was read, what is odd and harmless.
void NoteOddLines(const ChecksumsFile& listed, TreeFindings& findings);

}  // namespace snaptree
