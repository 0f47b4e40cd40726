#include "adapters/s3/s3_record_rows.h"

#include <set>

#include "adapters/s3/s3_keys.h"
#include "adapters/s3/s3_names.h"
#include "adapters/s3/s3_values.h"
#include "base/coding.h"
#include "base/text.h"
#include "formats/fsm_format.h"
#include "formats/view_cursor.h"
#include "manifest/file_name_codec.h"
#include "manifest/keymap.h"

namespace snaptree::s3 {
namespace {

constexpr Slice kFolder = "s3/";
constexpr Slice kBucketFile = "_bucket.json";
constexpr bool kRenamesCollisions = false;

// More of them than a bucket that was made again now and then has.
constexpr size_t kMaxGenerations = 16;

std::string SegmentOf(Slice text) {
  std::string segment;
  AppendSegment(&segment, text);
  return segment;
}

// The segment of a text without its end: what those of longer texts begin with.
std::string OpenSegment(Slice text) {
  std::string segment = SegmentOf(text);
  segment.resize(segment.size() - 2);
  return segment;
}

void AddKeysOf(Slice body, std::vector<std::string>* keys) {
  for (const PathKind kind : {PathKind::kNatural, PathKind::kLeafData}) {
    const std::string suffix = PathOf("", kind);
    if (!body.ends_with(suffix)) continue;
    const Slice key = body.substr(0, body.size() - suffix.size());
    if (LocalPathKind(key, kRenamesCollisions) == PathKind::kNatural) keys->emplace_back(key);
  }
  if (!HasFallbackShape(body)) return;
  if (std::optional<std::string> key = TextOfSegment(body)) keys->push_back(*std::move(key));
}

// The keys of objects that may have this path, or one of which this is the sidecar.
std::vector<std::string> KeysOf(Slice path) {
  std::vector<std::string> keys;
  AddKeysOf(path, &keys);
  if (const Slice body = BodyOf(path); body != path) AddKeysOf(body, &keys);
  return keys;
}

class ObjectRows {
 public:
  ObjectRows(RowLookup* lookup, Slice bucket, size_t max_looks)
      : lookup_(*lookup),
        bucket_(SegmentOf(bucket)),
        max_looks_(max_looks),
        max_generations_(max_looks == kAllLooks ? kAllLooks : kMaxGenerations) {}

  // The bucket's own rows, and what tells its generation. False: it cannot be told from a few rows.
  Result<bool> AddBucket();
  // The key of which only a hash and the beginning are known.
  Result<std::optional<std::string>> FindKey(Slice fallback_name);
  // All of an object, if there is one of this key, and what may move its path.
  Result<bool> AddObject(const std::string& key);
  std::vector<KeyRange> Take() { return std::move(rows_); }

 private:
  std::string KeyIn(Slice prefix, uint64_t generation) const;
  Result<std::string> LiveValue(const ScanResult& scan, Slice prefix) const;
  Result<uint64_t> StatedGeneration();
  Result<bool> AddGenerations(Slice prefix, KeyLayout layout);
  Result<bool> AddFirstLive(Slice prefix, KeyLayout layout, const std::string& text,
                            bool with_path_only);
  Result<bool> AddNames(const std::string& key);
  Status AddOffloaded(const std::string& reference_scope);

  RowLookup& lookup_;
  const std::string bucket_;  // segment
  const size_t max_looks_;    // at live rows, for one that decides
  const size_t max_generations_;
  std::vector<uint64_t> generations_;
  std::set<std::string> named_;  // keys whose names were looked at
  std::vector<KeyRange> rows_;
};

std::string ObjectRows::KeyIn(Slice prefix, uint64_t generation) const {
  std::string key = std::string(prefix) + bucket_;
  AppendBe64(&key, generation);
  return key;
}

// The first live row of keys that begin with a text, so that they count as there; only that of an
// object that has a path of its own, if that matters.
Result<bool> ObjectRows::AddFirstLive(Slice prefix, KeyLayout layout, const std::string& text,
                                      bool with_path_only) {
  const FamilyId family = FamilyOf(prefix);
  std::string from = text;
  for (size_t looks = 0; looks < max_looks_; ++looks) {
    SNAPTREE_ASSIGN(const std::optional<std::string> raw, lookup_.FirstKey(family, from));
    if (!raw || !raw->starts_with(text)) return true;
    from = *raw + '\0';
    const Slice logical = Slice(*raw).substr(0, raw->size() - kTimestampBytes);
    if (!logical.starts_with(text)) continue;
    S3Key key;
    if (ParseTail(logical.substr(prefix.size()), layout, &key) != KeyShape::kGood) continue;
    if (with_path_only &&
        LocalPathKind(SegmentText(key.object), kRenamesCollisions) == PathKind::kFallback) {
      continue;
    }
    const KeyRange range = WholeKey(family, std::string(logical));
    SNAPTREE_ASSIGN(const ScanResult scan, lookup_.Scan({range}));
    if (scan.of(family).live == 0) continue;
    rows_.push_back(range);
    return true;
  }
  return false;
}

Result<bool> ObjectRows::AddGenerations(Slice prefix, KeyLayout layout) {
  const FamilyId family = FamilyOf(prefix);
  const std::string bucket = std::string(prefix) + bucket_;
  std::string from = bucket;
  for (size_t n = 0; n < max_generations_; ++n) {
    SNAPTREE_ASSIGN(const std::optional<std::string> raw, lookup_.FirstKey(family, from));
    if (!raw || !raw->starts_with(bucket)) return true;
    ByteReader tail(Slice(*raw).substr(bucket.size()));
    uint64_t generation = 0;
    if (!tail.ReadBe64(&generation)) return true;
    if (layout == KeyLayout::kObject) generations_.push_back(generation);
    const std::string scope = KeyIn(prefix, generation);
    SNAPTREE_ASSIGN(const bool told, AddFirstLive(prefix, layout, scope, false));
    if (!told) return false;
    if (generation == UINT64_MAX) return true;
    from = KeyIn(prefix, generation + 1);
  }
  return false;
}

// Of a small one; empty: there is none.
Result<std::string> ObjectRows::LiveValue(const ScanResult& scan, Slice prefix) const {
  ViewCursor cursor(lookup_.source(), scan, FamilyOf(prefix));
  ViewRow row;
  SNAPTREE_ASSIGN(const bool there, cursor.NextLive(&row));
  std::string storage;
  if (!there || row.body.size > kMaxSmallValueBytes) return storage;
  SNAPTREE_ASSIGN(const Slice value, LoadValue(lookup_.source(), row.body, &storage));
  return std::string(value);
}

// As the bucket's own rows tell it; 0: they do not.
Result<uint64_t> ObjectRows::StatedGeneration() {
  SNAPTREE_ASSIGN(const ScanResult scan, lookup_.Scan(rows_));
  SNAPTREE_ASSIGN(const std::string record, LiveValue(scan, kBucketMetaPrefix));
  StoredJson json;
  if (record.empty()) return uint64_t{0};
  const Result<BucketMeta> meta = ParseBucketMeta(record, &json);
  if (!meta.ok()) return uint64_t{0};
  if (meta->generation != 0) return meta->generation;
  SNAPTREE_ASSIGN(const std::string counter, LiveValue(scan, kBucketGenerationPrefix));
  return ParseGeneration(counter).value_or(0);
}

Result<bool> ObjectRows::AddBucket() {
  for (const Slice prefix : {kBucketGenerationPrefix, kBucketMetaPrefix}) {
    rows_.push_back(WholeKey(FamilyOf(prefix), std::string(prefix) + bucket_));
  }
  SNAPTREE_ASSIGN(const uint64_t stated, StatedGeneration());
  if (stated != 0) {
    generations_ = {stated};
    return true;
  }
  SNAPTREE_ASSIGN(const bool heads, AddGenerations(kHeadPrefix, KeyLayout::kObject));
  if (!heads) return false;
  return AddGenerations(kUploadMetaPrefix, KeyLayout::kUpload);
}

Result<std::optional<std::string>> ObjectRows::FindKey(Slice fallback_name) {
  const std::optional<std::string> begin = BeginningOfSegment(fallback_name);
  if (!begin) return std::optional<std::string>();
  const FamilyId family = FamilyOf(kHeadPrefix);
  for (const uint64_t generation : generations_) {
    const std::string stem = KeyIn(kHeadPrefix, generation) + OpenSegment(*begin);
    std::string from = stem;
    for (size_t looks = 0; looks < max_looks_; ++looks) {
      SNAPTREE_ASSIGN(const std::optional<std::string> raw, lookup_.FirstKey(family, from));
      if (!raw || !raw->starts_with(stem)) break;
      from = *raw + '\0';
      S3Key key;
      const Slice tail = Slice(*raw).substr(kHeadPrefix.size(),
                                            raw->size() - kHeadPrefix.size() - kTimestampBytes);
      if (ParseTail(tail, KeyLayout::kObject, &key) != KeyShape::kGood) continue;
      std::string text = SegmentText(key.object);
      if (FallbackName(text) == fallback_name) return std::optional<std::string>(std::move(text));
    }
  }
  return std::optional<std::string>();
}

// What NamePass must see to name a key as it would in the whole bucket: whether keys go on below
// it, and those keys, shorter by one of our suffixes, whose paths could be in its way.
Result<bool> ObjectRows::AddNames(const std::string& key) {
  if (!named_.insert(key).second) return true;
  const bool is_apart = LocalPathKind(key, kRenamesCollisions) == PathKind::kFallback;
  for (const uint64_t generation : generations_) {
    const std::string stem = KeyIn(kHeadPrefix, generation);
    rows_.push_back(WholeKey(FamilyOf(kHeadPrefix), stem + SegmentOf(key)));
    if (is_apart) continue;
    SNAPTREE_ASSIGN(const bool told, AddFirstLive(kHeadPrefix, KeyLayout::kObject,
                                                  stem + OpenSegment(key + "/"), true));
    if (!told) return false;
  }
  if (is_apart) return true;
  const std::string suffixes[] = {PathOf("", PathKind::kLeafData), PathOf("", PathKind::kUserData),
                                  std::string(kSidecarSuffix)};
  for (const std::string& suffix : suffixes) {
    for (size_t at = key.find(suffix, 1); at != std::string::npos; at = key.find(suffix, at + 1)) {
      SNAPTREE_ASSIGN(const bool told, AddNames(key.substr(0, at)));
      if (!told) return false;
    }
  }
  return true;
}

// The chunks that stand by content under the references of an object.
Status ObjectRows::AddOffloaded(const std::string& reference_scope) {
  const FamilyId family = FamilyOf(kChunkRefPrefix);
  SNAPTREE_ASSIGN(const ScanResult scan, lookup_.Scan({KeysWithPrefix(family, reference_scope)}));
  ViewCursor cursor(lookup_.source(), scan, family);
  ViewRow row;
  std::set<std::string> digests;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, cursor.NextLive(&row));
    if (!more) break;
    SNAPTREE_ASSIGN(const std::optional<ChunkRef> ref, LoadChunkRef(lookup_.source(), row.body));
    if (ref) digests.insert(std::string(kChunkBlobPrefix) + Hex(AsSlice(ref->digest)));
  }
  for (const std::string& key : digests) rows_.push_back(WholeKey(FamilyOf(kChunkBlobPrefix), key));
  return {};
}

Result<bool> ObjectRows::AddObject(const std::string& key) {
  SNAPTREE_ASSIGN(const bool told, AddNames(key));
  if (!told) return false;
  for (const uint64_t generation : generations_) {
    for (const Slice prefix :
         {kBlobPrefix, kChunkRefPrefix, kUploadMetaPrefix, kUploadPartPrefix}) {
      rows_.push_back(KeysWithPrefix(FamilyOf(prefix), KeyIn(prefix, generation) + SegmentOf(key)));
    }
    SNAPTREE_TRY(AddOffloaded(KeyIn(kChunkRefPrefix, generation) + SegmentOf(key)));
  }
  return true;
}

}  // namespace

bool IsListOfObjects(Slice address) {
  Slice bucket;
  Slice path;
  if (!SplitScope(address, kFolder, &bucket, &path)) return false;
  return path == kKeymapFileName || path.starts_with("_orphans/") ||
         path.starts_with("_incomplete_uploads/");
}

Slice BodyOf(Slice path) {
  if (path.ends_with(kSidecarSuffix)) path.remove_suffix(kSidecarSuffix.size());
  return path;
}

Result<RecordRows> RowsOfRecord(RowLookup& lookup, Slice address, size_t max_looks) {
  Slice folder;
  Slice path;
  if (!SplitScope(address, kFolder, &folder, &path)) return RecordRows();
  const std::optional<std::string> bucket = TextOfSegment(folder);
  if (!bucket || EncodeDirectorySegment(*bucket).name != folder) return RecordRows();
  ObjectRows rows(&lookup, *bucket, max_looks);
  SNAPTREE_ASSIGN(bool told, rows.AddBucket());
  if (path != kBucketFile) {
    std::vector<std::string> keys = KeysOf(path);
    for (const Slice body : {path, BodyOf(path)}) {
      if (!told) break;
      SNAPTREE_ASSIGN(std::optional<std::string> key, rows.FindKey(body));
      if (key) keys.push_back(*std::move(key));
    }
    for (const std::string& key : keys) {
      if (!told) break;
      SNAPTREE_ASSIGN(told, rows.AddObject(key));
    }
  }
  return told ? RecordRows(rows.Take()) : RecordRows();
}

}  // namespace snaptree::s3
