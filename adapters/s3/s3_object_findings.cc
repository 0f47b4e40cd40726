#include "adapters/s3/s3_object_findings.h"

#include "base/text.h"

namespace snaptree::s3 {
namespace {

constexpr size_t kMaxNames = 1000;

bool SizesDiffer(const Manifest& manifest, const BodyFacts& facts) {
  if (facts.size != manifest.size_bytes) return true;
  for (size_t i = 0; i < manifest.parts.size(); ++i) {
    if (facts.part_sizes[i] != manifest.parts[i].size_bytes) return true;
  }
  return false;
}

void ReportChunkLists(Findings* findings, Slice path, const Manifest& manifest) {
  bool missing = false;
  bool differ = false;
  for (const Part& part : manifest.parts) {
    if (part.chunk_sizes.empty()) {
      missing = missing || part.chunk_count > 0;
    } else {
      differ = differ || part.chunk_sizes.count() != part.chunk_count;
    }
  }
  if (missing) {
    findings->Warn("s3_chunk_sizes_missing",
                   "objects whose manifest does not tell the sizes of their chunks: a node would "
                   "serve nothing; all chunks were written",
                   path);
  }
  if (differ) {
    findings->Warn("s3_chunk_count_mismatch",
                   "manifests with another number of chunks than chunk sizes; the sizes count",
                   path);
  }
}

}  // namespace

void ReportObject(Shared* shared, Slice path, const Manifest& manifest, const BodyFacts& facts) {
  Findings& findings = shared->context.findings;
  if (SizesDiffer(manifest, facts)) {
    findings.Warn("s3_object_size_mismatch",
                  "objects whose chunks have another size in sum than their manifest says; all "
                  "chunks were written",
                  path);
  }
  ReportChunkLists(&findings, path, manifest);
  for (const auto& [name, json] : manifest.extra.members()) {
    ReportUnknownMember(shared, name, path, shared->context.extensions);
  }
  for (const std::string& name : manifest.unknown_part_members) {
    ReportUnknownMember(shared, name, path, false);
  }
}

void ReportUnknownMember(Shared* shared, Slice name, Slice address, bool kept) {
  if (shared->unknown_members.size() == kMaxNames) return;
  if (!shared->unknown_members.emplace(name, kept).second) return;
  const std::string example = "\"" + Printable(name) + "\" of " + std::string(address);
  if (kept) {
    shared->context.findings.Note(
        "s3_unknown_member", "members that no version of today knows, kept in x_extra", example);
  } else {
    shared->context.findings.Warn("s3_unknown_member",
                                  "members that no version of today knows and that the tree has no "
                                  "place for",
                                  example);
  }
}

}  // namespace snaptree::s3
