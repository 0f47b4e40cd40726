#include "adapters/s3/s3_keymap_rules.h"

#include <utility>

#include "adapters/s3/s3_names.h"
#include "base/text.h"
#include "manifest/file_name_codec.h"
#include "manifest/tree_path.h"

namespace snaptree::s3 {
namespace {

Status Problem(const char* code, const char* what, Slice found) {
  return DataError(code, what)
      .Found(Printable(found))
      .Next("bring back the KEYMAP.jsonl that was written with this tree");
}

// Whether a path can be that of a body. A fallback name may end as that of a sidecar.
bool IsBodyPath(Slice path) {
  const bool is_ours = path == "_bucket.json" || path == kKeymapFileName ||
                       (path.ends_with(kSidecarSuffix) && !HasFallbackShape(path)) ||
                       path.starts_with("_orphans/") || path.starts_with("_incomplete_uploads/");
  return !is_ours && path.find('\\') == Slice::npos && HasPlainSegments(path);
}

}  // namespace

Status CheckKeymapRecord(const KeymapRecord& record) {
  std::string expected;
  if (record.kind == KeymapKind(PathKind::kFallback)) {
    expected = FallbackName(record.original);
  } else if (record.kind == KeymapKind(PathKind::kLeafData)) {
    expected = PathOf(record.original, PathKind::kLeafData);
  } else if (record.kind == KeymapKind(PathKind::kUserData)) {
    expected = PathOf(record.original, PathKind::kUserData);
    if (!Slice(record.original).ends_with(kSidecarSuffix)) {
      return Problem("KeymapMismatch", "a key needs no rename of this kind", record.original);
    }
  } else {
    return Problem("KeymapInvalid", "a record has a kind that nobody knows", record.kind);
  }
  if (record.original.empty() && record.kind != kKeymapShaFallback) {
    return Problem("KeymapInvalid", "the key of a record is empty", record.kind);
  }
  if (!IsBodyPath(record.encoded)) {
    return Problem("KeymapInvalid", "a record's path cannot be that of an object", record.encoded);
  }
  if (record.encoded == expected) return {};
  return std::move(Problem("KeymapMismatch", "a record's path does not belong to its key",
                           record.encoded))
      .Expected(Printable(expected));
}

}  // namespace snaptree::s3
