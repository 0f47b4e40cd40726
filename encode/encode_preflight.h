// What is checked before a tree is read: is it one, is it whole, can a node load it.
#pragma once

#include "encode/encoder.h"

#include "adapters/common/tree_findings.h"
#include "tree/tree_input.h"

namespace snaptree {

// "OutputInsideInput" (usage).
Status CheckEncodeOutput(const EncodeOptions& options);

// MANIFEST.json at the root. "ManifestMissing", "ManifestInvalid", "ManifestUnsupported".
Result<Manifest> ReadTreeManifest(TreeInput& input);

// "UnknownAdapter" (usage); "AdapterAbsent" when one was asked for that the tree does not have.
Status CheckAdapters(const EncodeOptions& options, const Manifest& manifest);

// The timestamp of all rows (spec 07 section 8.2). "HlcBackwards", "HlcOverflow".
Result<uint64_t> CommitTimestamp(const EncodeOptions& options, const Manifest& manifest);
// Warns of a timestamp far ahead of the clock.
void WarnOfFuture(uint64_t commit_ts, TreeFindings* findings);

// Files and folders at the root that no tree has.
Status CheckTopLevel(const TreeSource& source, bool ignore_extra, TreeFindings* findings);

}  // namespace snaptree
