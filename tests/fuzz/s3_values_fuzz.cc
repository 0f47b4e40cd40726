// S3 keys, small values, manifests and object names on arbitrary bytes. Beyond not crashing: a key
// that parses is exactly the bytes of its parts; what a manifest is taken for does not depend on
// how its bytes come; the path of any key is safe and leads back to it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "adapters/s3/s3_etag.h"
#include "adapters/s3/s3_keys.h"
#include "adapters/s3/s3_manifest.h"
#include "adapters/s3/s3_names.h"
#include "adapters/s3/s3_values.h"
#include "base/coding.h"
#include "base/text.h"
#include "manifest/tree_path.h"

namespace {

using namespace snaptree;
using namespace snaptree::s3;

void Require(bool holds) {
  if (!holds) std::abort();
}

// A value that is read in pieces, not resident but for its first bytes.
class Source : public RowSource {
 public:
  explicit Source(Slice bytes) : bytes_(bytes) {}
  const std::string& name() const override { return name_; }
  Extent extent() const override { return {}; }
  std::unique_ptr<RowCursor> OpenCursor(Extent) const override { return nullptr; }
  Status ReadValue(uint64_t, uint64_t from, char* out, size_t n) const override {
    Require(from + n <= bytes_.size());
    bytes_.copy(out, n, static_cast<size_t>(from));
    return {};
  }
  Result<Slice> View(uint64_t, size_t, ViewBuffer*) const override { return Slice(); }

 private:
  std::string name_;
  Slice bytes_;
};

void CheckTail(Slice tail, KeyLayout layout) {
  S3Key key;
  if (ParseTail(tail, layout, &key) != KeyShape::kGood) return;
  std::string again;
  AppendSegment(&again, SegmentText(key.bucket));
  if (layout >= KeyLayout::kObject) {
    AppendBe64(&again, key.generation);
    AppendSegment(&again, SegmentText(key.object));
    Require(key.scope == again);
  }
  if (layout >= KeyLayout::kUpload) AppendSegment(&again, SegmentText(key.upload));
  if (layout >= KeyLayout::kPart) AppendBe64(&again, key.part);
  if (layout >= KeyLayout::kChunk) {
    Require(key.part_scope == again);
    AppendBe64(&again, key.chunk);
    if (key.version != 0) AppendBe64(&again, key.version);
  }
  Require(again == tail);
}

void CheckSmallValues(Slice bytes) {
  Sha256Digest digest;
  if (ParseChunkBlobTail(bytes, &digest) == KeyShape::kGood) Require(Hex(AsSlice(digest)) == bytes);
  if (const auto ref = ParseChunkRef(bytes)) {
    Require(bytes.substr(1, ref->digest.size()) == AsSlice(ref->digest));
  }
  Require(bytes.size() != 8 || ParseGeneration(bytes) == LoadBe64(bytes.data()));
  if (const EtagForm etag = ParseEtag(bytes); etag.digest) {
    Require(bytes.size() == 32 || etag.parts > 0);
  }
  StoredJson json;
  const auto meta = ParseBucketMeta(bytes, &json);
  if (meta.ok()) {
    for (const auto& [name, value] : meta->extra.members()) Require(IsUtf8(name) && !value.empty());
  }
  const Status upload = CheckUploadMeta(bytes, &json);
  Require(upload.ok() || upload.code() == "S3InvalidUpload");
}

void CheckManifest(Slice bytes) {
  const Source source(bytes);
  const auto whole = ParseManifest(source, {bytes, bytes.size(), 0});
  const auto pieces = ParseManifest(source, {bytes.substr(0, bytes.size() / 2), bytes.size(), 0});
  Require(whole.ok() == pieces.ok());
  std::vector<std::string> unknown;
  const auto part = ParsePart(source, {bytes, bytes.size(), 0}, &unknown);
  Require(part.ok() || part.status().code() == "S3InvalidPart");
  if (!whole.ok()) return Require(whole.status().code() == "S3InvalidManifest");
  Require(whole->etag == pieces->etag && whole->parts.size() == pieces->parts.size());
  Require(whole->size_bytes <= INT64_MAX);
  for (const Part& p : whole->parts) {
    ChunkSizes::Reader sizes(p.chunk_sizes);
    uint64_t sum = 0;
    while (sizes.next_index() < p.chunk_sizes.count()) sum += sizes.Next();
    Require(sum == p.chunk_sizes.sum());
  }
  JsonWriter text(JsonStyle::kPretty, HtmlEscape::kOn);
  text.StartObject();
  whole->extra.Write(&text);
  text.EndObject();
  Require(IsUtf8(text.text()));
}

void CheckName(Slice key) {
  for (const bool rename : {false, true}) {
    const PathKind kind = LocalPathKind(key, rename);
    const std::string path = PathOf(key, kind);
    Require(IsSafeTreePath(path) && IsSafeTreePath(path + std::string(kSidecarSuffix)));
    Require((path == key) == (kind == PathKind::kNatural));
    Require(kind == PathKind::kNatural || IsUtf8(path));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Slice bytes(reinterpret_cast<const char*>(data), size);
  for (const KeyLayout layout : {KeyLayout::kBucket, KeyLayout::kObject, KeyLayout::kUpload,
                                 KeyLayout::kPart, KeyLayout::kChunk}) {
    CheckTail(bytes, layout);
  }
  CheckSmallValues(bytes);
  CheckManifest(bytes);
  CheckName(bytes);
  return 0;
}
