#include "check/record_place.h"

#include <algorithm>
#include <string>

#include "adapters/s3/s3_names.h"
#include "base/text.h"
#include "manifest/file_name_codec.h"

namespace snaptree {
namespace {

// Of a fallback name: 32 hex digits, "__", then the first bytes of the key (spec 07 section 2.1).
constexpr size_t kFallbackHeadBytes = 34;
constexpr size_t kFallbackKeyBytes = 64;

// The first n parts of a path; all of it when there are no more.
Slice Parts(Slice path, size_t n) {
  size_t end = 0;
  for (; n > 0 && end != Slice::npos; --n) end = path.find('/', end == 0 ? 0 : end + 1);
  return path.substr(0, end);
}

// The bytes that a percent-encoded text stands for; what is no escape stands for itself.
std::string Unescaped(Slice text) {
  std::string bytes;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size();
    const auto byte = escape ? ParseHex(text.substr(i + 1, 2)) : std::nullopt;
    bytes += byte ? (*byte)[0] : text[i];
    if (byte) i += 2;
  }
  return bytes;
}

// A fallback name can end as sidecars do, by the key that it is made of. It is a sidecar when what
// is before the end is the fallback name of a key.
bool IsSidecar(Slice in_bucket) {
  if (!in_bucket.ends_with(s3::kSidecarSuffix)) return false;
  const Slice stem = in_bucket.substr(0, in_bucket.size() - s3::kSidecarSuffix.size());
  if (!HasFallbackShape(in_bucket) || stem.size() < kFallbackHeadBytes) return true;
  const std::string key = Unescaped(stem.substr(kFallbackHeadBytes));
  // The name holds the beginning of a longer key only, and then has no room for more.
  return key.size() >= kFallbackKeyBytes || FallbackName(key) == stem;
}

bool IsS3Body(Slice in_bucket) {
  return in_bucket != "_bucket.json" && in_bucket != "KEYMAP.jsonl" &&
         !in_bucket.starts_with("_orphans/") && !in_bucket.starts_with("_incomplete_uploads/") &&
         !IsSidecar(in_bucket);
}

}  // namespace

RecordPlace RecordPlaceOf(Slice path) {
  if (path == "rawkv/data.jsonl") return {RecordContent::kRows, "rawkv"};
  if (path == "unknown/rows.jsonl") return {RecordContent::kRows, "unknown"};
  const Slice scope = Parts(path, 2);
  const Slice rest = path.substr(std::min(path.size(), scope.size() + 1));
  if (rest.empty()) return {};
  if (path.starts_with("dynamodb/") && rest.starts_with("items/"))
    return {RecordContent::kRecord, scope};
  if (path.starts_with("s3/") && IsS3Body(rest)) return {RecordContent::kRecord, scope};
  if (path.starts_with("sqs/") && rest == "messages.jsonl")
    return {RecordContent::kMessages, scope};
  if (path.starts_with("redis/") && rest.find('/') != Slice::npos)
    return {RecordContent::kRecord, Parts(path, 3)};
  if (path.starts_with("fs/tree/"))
    return {RecordContent::kRecord, rest.find('/') == Slice::npos ? scope : Parts(path, 3)};
  return {};
}

}  // namespace snaptree
