#include "tests/support/s3_store.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/sha256.h"
#include "base/text.h"
#include "manifest/file_name_codec.h"
#include "manifest/keymap.h"
#include "tests/support/s3_rows.h"

namespace snaptree::test {
namespace {

// ---- Random stores ------------------------------------------------------------------------------

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15U + 1) {}
  uint64_t Below(uint64_t n) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return (state_ >> 33) % n;
  }
  bool OneIn(uint64_t n) { return Below(n) == 0; }

 private:
  uint64_t state_;
};

const std::string kObjects[] = {
    "a", "a/b", "a.elastickv-leaf-data", "a.elastickv-meta.json", "a.elastickv-meta.json/c",
    "",  "a/",  std::string("z\0", 2),   "_bucket.json",          "\xff\xfe",
    "b"};
const std::string kBuckets[] = {"photos", "photos2", "p"};
const std::string kUploads[] = {"u", "v", ""};

class StoreMaker {
 public:
  explicit StoreMaker(uint64_t seed) : random_(seed) {}

  S3Store Make() {
    for (const std::string& bucket : kBuckets) {
      if (!random_.OneIn(4)) PutBucket(bucket);
    }
    for (uint64_t n = 1 + random_.Below(8); n > 0; --n) PutObject();
    for (uint64_t n = random_.Below(4); n > 0; --n) Disturb();
    return store_;
  }

 private:
  uint64_t Time() { return kT0 + random_.Below(5); }

  void Put(const std::string& key, const std::string& value, bool deleted = false) {
    const uint64_t ts = Time();
    const bool taken = std::any_of(store_.begin(), store_.end(), [&](const S3StoreRow& row) {
      return row.key == key && row.commit_ts == ts;
    });
    if (!taken) store_.push_back({key, ts, deleted, value});
  }

  void PutBucket(const std::string& bucket) {
    for (uint64_t n = 1 + random_.Below(2); n > 0; --n) {
      Put(S3BucketMetaKey(bucket), S3BucketMetaJson(bucket, random_.Below(4)), random_.OneIn(5));
    }
    if (random_.OneIn(2)) Put(S3BucketGenKey(bucket), S3BigEndian(random_.Below(4)));
    if (random_.OneIn(12)) Put(S3BucketMetaKey(bucket), "");
  }

  S3PartText RandomPart(uint64_t number) {
    S3PartText part;
    part.number = number;
    for (uint64_t n = random_.Below(4); n > 0; --n) {
      part.chunks.push_back(
          std::string(random_.Below(4), static_cast<char>('a' + random_.Below(3))));
    }
    part.version = random_.OneIn(2) ? 0 : 1 + random_.Below(2);
    part.ref_version = random_.OneIn(2) ? 0 : 1 + random_.Below(2);
    part.offloaded = random_.OneIn(4);
    return part;
  }

  void PutObject() {
    const S3Place place = {kBuckets[random_.Below(3)], 1 + random_.Below(3),
                           kObjects[random_.Below(std::size(kObjects))],
                           kUploads[random_.Below(3)]};
    std::vector<S3PartText> parts;
    for (uint64_t n = random_.Below(4); n > 0; --n) {
      const uint64_t next = parts.empty() ? 1 : parts.back().number + 1 + random_.Below(2);
      parts.push_back(RandomPart(random_.OneIn(6) ? 1 + random_.Below(3) : next));
    }
    for (uint64_t n = 1 + random_.Below(2); n > 0; --n)
      Put(S3HeadKey(place), S3HeadJson(place, parts), random_.OneIn(8));
    for (const S3PartText& part : parts) {
      for (size_t i = 0; i < part.chunks.size(); ++i) PutChunk(place, part, i);
    }
  }

  void PutChunk(const S3Place& place, const S3PartText& part, size_t i) {
    const std::string& data = part.chunks[i];
    if (!part.offloaded) {
      return Put(S3ChunkKey("blob", place, part.number, i, part.version), data);
    }
    Put(S3ChunkKey("chunkref", place, part.number, i, part.ref_version), S3ChunkRefValue(data));
    if (!random_.OneIn(6)) Put(S3ChunkBlobKey(data), random_.OneIn(12) ? data + "!" : data);
  }

  // Deletes a row, or writes another version of it.
  void Disturb() {
    const S3StoreRow row = store_.empty() ? S3StoreRow() : store_[random_.Below(store_.size())];
    if (row.key.empty()) return;
    Put(row.key, random_.OneIn(2) ? row.value : "odd", random_.OneIn(2));
  }

  Random random_;
  S3Store store_;
};

// ---- What they mean -----------------------------------------------------------------------------

// Live rows, and all keys that have some version.
struct View {
  std::map<std::string, std::string> live;
  std::set<std::string> known;

  const std::string* Find(const std::string& key) const {
    const auto found = live.find(key);
    return found == live.end() ? nullptr : &found->second;
  }
};

View ViewAt(const S3Store& store, uint64_t at) {
  View view;
  std::map<std::string, const S3StoreRow*> newest;
  for (const S3StoreRow& row : store) {
    view.known.insert(row.key);
    const bool any_time = row.key.starts_with("!s3|chunkblob|");
    if (row.commit_ts > at && !any_time) continue;
    const S3StoreRow*& best = newest[row.key];
    if (best == nullptr || best->commit_ts < row.commit_ts) best = &row;
  }
  for (const auto& [key, row] : newest) {
    if (!row->deleted) view.live[key] = row->value;
  }
  return view;
}

// The text behind a name in compact JSON that S3PartJson and S3HeadJson made, up to a character.
std::string After(const std::string& json, const std::string& name, const std::string& end,
                  const std::string& missing = "") {
  const size_t at = json.find("\"" + name + "\":");
  if (at == std::string::npos) return missing;
  const size_t begin = at + name.size() + 3;
  return json.substr(begin, json.find_first_of(end, begin) - begin);
}
uint64_t NumberAfter(const std::string& json, const std::string& name) {
  return std::stoull(After(json, name, ",}", "0"));
}
std::string Unquoted(const std::string& text) { return text.substr(1, text.size() - 2); }

uint64_t NumberOf(Slice big_endian) {
  uint64_t v = 0;
  for (const char c : big_endian) v = v << 8 | static_cast<uint8_t>(c);
  return v;
}

// The body that a manifest stands for; nullopt: a chunk is missing or wrong.
std::optional<std::string> BodyOf(const View& view, S3Place place, const std::string& manifest,
                                  std::vector<std::string>* parts) {
  place.upload = Unquoted(After(manifest, "upload_id", ","));
  std::string body;
  for (size_t at = manifest.find("{\"part_no\""); at != std::string::npos;
       at = manifest.find("{\"part_no\"", at + 1)) {
    const std::string part = manifest.substr(at, manifest.find('}', at) + 1 - at);
    const bool offloaded = part.find("\"offloaded\":true") != std::string::npos;
    const uint64_t version = NumberAfter(part, offloaded ? "chunk_ref_version" : "part_version");
    std::string sizes = After(part, "chunk_sizes", "]");
    const size_t before = body.size();
    for (uint64_t i = 0; !sizes.empty(); ++i) {
      const uint64_t size = std::stoull(sizes.substr(1));
      const size_t comma = sizes.find(',', 1);
      sizes = comma == std::string::npos ? "" : sizes.substr(comma);
      const std::string* data = view.Find(S3ChunkKey(offloaded ? "chunkref" : "blob", place,
                                                     NumberAfter(part, "part_no"), i, version));
      if (data != nullptr && offloaded) {
        if (data->size() != 45 || NumberOf(Slice(*data).substr(33, 8)) != size) return std::nullopt;
        const std::string digest = data->substr(1, 32);
        data = view.Find("!s3|chunkblob|" + Hex(digest));
        if (data != nullptr && Slice(AsSlice(Sha256::Of(*data))) != digest) return std::nullopt;
      }
      if (data == nullptr || data->size() != size) return std::nullopt;
      body += *data;
    }
    parts->push_back(body.substr(before));
  }
  return body;
}

std::string HeadPrefix(const std::string& bucket) {
  const std::string key = S3HeadKey({bucket, 0, ""});
  return key.substr(0, key.size() - 10);  // without generation and object
}

// The objects of a bucket: generation to key to manifest.
std::map<uint64_t, std::map<std::string, std::string>> HeadsOf(const View& view,
                                                               const std::string& bucket) {
  std::map<uint64_t, std::map<std::string, std::string>> heads;
  for (const auto& [key, value] : view.live) {
    if (!key.starts_with(HeadPrefix(bucket))) continue;
    for (uint64_t generation = 0; generation < 5; ++generation) {
      for (const std::string& object : kObjects) {
        if (key == S3HeadKey({bucket, generation, object})) heads[generation][object] = value;
      }
    }
  }
  return heads;
}

// The generation of a bucket's objects; nullopt: there is no bucket.
std::optional<uint64_t> GenerationOf(const View& view, const std::string& bucket) {
  const auto heads = HeadsOf(view, bucket);
  const uint64_t greatest = heads.empty() ? 0 : heads.rbegin()->first;
  if (view.known.count(S3BucketMetaKey(bucket)) == 0) {
    return greatest == 0 ? std::nullopt : std::optional<uint64_t>(greatest);
  }
  const std::string* meta = view.Find(S3BucketMetaKey(bucket));
  if (meta == nullptr || meta->empty()) return std::nullopt;
  const uint64_t stated = meta->starts_with('{') ? NumberAfter(*meta, "generation") : 0;
  if (stated != 0) return stated;
  const std::string* counter = view.Find(S3BucketGenKey(bucket));
  if (counter != nullptr && counter->size() == 8 && NumberOf(*counter) != 0) {
    return NumberOf(*counter);
  }
  return greatest == 0 ? 1 : greatest;
}

std::string SidecarOf(const std::string& manifest, uint64_t size,
                      const std::vector<std::string>& parts) {
  const std::string etag = After(manifest, "etag", ",");
  std::string text = "{\n  \"format_version\": 1,\n  \"etag\": " + etag +
                     ",\n  \"size_bytes\": " + std::to_string(size) +
                     ",\n  \"last_modified\": \"2023-11-14T22:13:20Z\"";
  if (etag.find('-') != std::string::npos) {
    text += ",\n  \"snaptree\": {\n    \"part_sizes\": [";
    for (size_t i = 0; i < parts.size(); ++i) {
      text += (i > 0 ? ",\n      " : "\n      ") + std::to_string(parts[i].size());
    }
    text += "\n    ]\n  }";
  }
  return text + "\n}";
}

// Two parts of one number and version share their chunks: then the ETags of one are wrong.
bool HasWrongEtag(const std::string& manifest, const std::string& body,
                  const std::vector<std::string>& parts) {
  size_t at = manifest.find("\"parts\"");
  std::string digests;
  for (const std::string& part : parts) {
    at = manifest.find("\"etag\"", at + 1);
    if (manifest.substr(at + 8, 32) != S3HexMd5(part)) return true;
    digests += *ParseHex(S3HexMd5(part));
  }
  const std::string etag = Unquoted(After(manifest, "etag", ","));
  return etag.substr(0, 32) != S3HexMd5(etag.size() == 32 ? body : digests);
}

constexpr Slice kMetaSuffix = ".elastickv-meta.json";

// Step A: the path of a key by itself, and whether it is the fallback.
std::string LocalPath(const std::string& key, bool rename, bool* fallback) {
  const std::string segments = "/" + key + "/";
  *fallback = segments.find("//") != std::string::npos || key.find('\0') != std::string::npos ||
              key.substr(0, key.find('/')) == "_bucket.json";
  if (!*fallback && !key.ends_with(kMetaSuffix)) return key;
  *fallback = *fallback || !rename;
  return *fallback ? FallbackName(key) : key + ".user-data";
}

std::vector<std::string> FoldersOf(const std::string& path) {
  std::vector<std::string> folders;
  for (size_t at = path.find('/'); at != std::string::npos; at = path.find('/', at + 1)) {
    folders.push_back(path.substr(0, at));
  }
  return folders;
}

}  // namespace

std::map<std::string, std::string> S3Paths(std::vector<std::string> keys, bool rename) {
  std::sort(keys.begin(), keys.end());
  bool fallback = false;
  std::map<std::string, bool> taken;  // path, whether it is a folder
  std::map<std::string, std::string> paths;
  for (const std::string& key : keys) {
    std::string path = LocalPath(key, rename, &fallback);
    const bool is_folder = std::any_of(keys.begin(), keys.end(), [&](const std::string& other) {
      bool other_falls_back = false;
      LocalPath(other, rename, &other_falls_back);
      return !other_falls_back && other.starts_with(key + "/");
    });
    if (path == key && is_folder) path += ".elastickv-leaf-data";
    bool collides = taken.count(path) + taken.count(path + std::string(kMetaSuffix)) > 0;
    for (const std::string& folder : FoldersOf(path)) {
      const auto at = taken.find(folder);
      collides = collides || (at != taken.end() && !at->second);
    }
    if (collides) path = FallbackName(key);
    for (const std::string& folder : FoldersOf(path)) taken.emplace(folder, true);
    taken[path] = false;
    taken[path + std::string(kMetaSuffix)] = false;
    paths[key] = path;
  }
  return paths;
}

S3Store RandomS3Store(uint64_t seed) { return StoreMaker(seed).Make(); }

SnapshotBuilder S3StoreSnapshot(const S3Store& store) {
  SnapshotBuilder rows;
  for (const S3StoreRow& row : store) {
    if (row.deleted) {
      rows.Delete(row.key, row.commit_ts);
    } else {
      rows.Put(row.key, row.commit_ts, row.value);
    }
  }
  return rows;
}

ExpectedS3Tree ExpectS3(const S3Store& store, uint64_t at, bool rename_collisions) {
  const View view = ViewAt(store, at);
  ExpectedS3Tree tree;
  for (const std::string& bucket : kBuckets) {
    const std::optional<uint64_t> generation = GenerationOf(view, bucket);
    if (!generation) continue;
    const std::string folder = "s3/" + bucket + "/";
    tree.files[folder + "_bucket.json"] = "";
    const auto heads = HeadsOf(view, bucket)[*generation];
    std::vector<std::string> keys;
    for (const auto& [key, manifest] : heads) keys.push_back(key);
    const auto paths = S3Paths(keys, rename_collisions);
    for (const auto& [key, manifest] : heads) {
      if (!manifest.starts_with('{')) continue;
      std::vector<std::string> parts;
      const auto body = BodyOf(view, {bucket, *generation, key, ""}, manifest, &parts);
      tree.incomplete += body ? 0U : 1U;
      if (!body) continue;
      tree.wrong_etags += HasWrongEtag(manifest, *body, parts) ? 1U : 0U;
      const std::string& path = paths.at(key);
      tree.files[folder + path] = *body;
      tree.files[folder + path + std::string(kMetaSuffix)] =
          SidecarOf(manifest, body->size(), parts);
      if (path == key) continue;
      const char* kind = path == FallbackName(key)      ? "sha-fallback"
                         : path.ends_with(".user-data") ? "meta-suffix-rename"
                                                        : "s3-leaf-data";
      AppendKeymapLine(&tree.files[folder + "KEYMAP.jsonl"], path, key, kind);
    }
  }
  return tree;
}

}  // namespace snaptree::test
