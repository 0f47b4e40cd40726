// A file for each key and type, the TTL sidecars, and KEYMAP.jsonl. Keys come in ascending order,
// so the three line files come out sorted by themselves.
#include "adapters/common/json_value.h"
#include "adapters/common/line_file.h"
#include "adapters/common/row_lines.h"
#include "adapters/redis/redis_files.h"
#include "adapters/redis/redis_score.h"
#include "manifest/file_name_codec.h"
#include "manifest/keymap.h"

namespace snaptree::redis {
namespace {

constexpr uint64_t kFormatVersion = 1;

void AppendExpiry(JsonWriter& json, Expiry expiry) {
  json.Key("expire_at_ms");
  if (expiry) {
    json.Uint64(*expiry);
  } else {
    json.Null();
  }
}

ValueRef InMemory(Slice bytes) { return {bytes, bytes.size(), 0}; }

class KeyFiles : public RedisFiles {
 public:
  explicit KeyFiles(const DecodeContext& context)
      : context_(context),
        keymap_(context.sink, std::string(kDatabaseFolder) + std::string(kKeymapFileName)),
        strings_ttl_(context.sink, std::string(kDatabaseFolder) + "strings_ttl.jsonl"),
        hll_ttl_(context.sink, std::string(kDatabaseFolder) + "hll_ttl.jsonl"),
        collection_(context.sink, JsonStyle::kPretty, HtmlEscape::kOn),
        stream_(context.sink, JsonStyle::kCompact, HtmlEscape::kOn) {}

  void BeginKey(Slice key) override;
  std::string PathOf(TypeFolder folder) override;
  Status String(const ValueRef& value, uint64_t payload_offset, Expiry expiry) override;
  Status Hll(const ValueRef& value, uint64_t payload_offset, Expiry expiry) override;
  void BeginCollection(TypeFolder folder, Slice array_name, Expiry expiry) override;
  Status Field(Slice name, const ValueRef& value) override;
  Status Member(Slice member) override;
  Status ScoredMember(Slice member, uint64_t score_bits) override;
  Status Item(const ValueRef& value) override;
  Status EndCollection() override;
  void BeginStream() override;
  Status Entry(uint64_t ms, uint64_t seq, const std::vector<ValueRef>& fields) override;
  Status EndStream(uint64_t entries, uint64_t last_ms, uint64_t last_seq, Expiry expiry) override;
  Status Finish() override;
  std::vector<std::string> extensions() const override { return {}; }

 private:
  Status Blob(TypeFolder folder, LineFile& ttl_file, const ValueRef& value, uint64_t payload_offset,
              Expiry expiry);
  Status TtlLine(LineFile& file, Expiry expiry);
  Status UseName();

  const DecodeContext& context_;
  LineFile keymap_;
  LineFile strings_ttl_;
  LineFile hll_ttl_;
  JsonFile collection_;
  Expiry collection_expiry_;
  JsonFile stream_;
  std::string key_;
  std::string name_;  // encoded key
  bool needs_keymap_ = false;
  std::string line_;
};

void KeyFiles::BeginKey(Slice key) {
  key_ = key;
  needs_keymap_ = EncodeSegmentTo(key, &name_);
}

// Each name that cannot be reversed has one line, however many files carry it (a string and an HLL
// can share a key).
Status KeyFiles::UseName() {
  if (!needs_keymap_) return {};
  needs_keymap_ = false;
  line_.clear();
  AppendKeymapLine(&line_, name_, key_, kKeymapShaFallback);
  return keymap_.Append(line_);
}

std::string KeyFiles::PathOf(TypeFolder folder) {
  std::string path;
  MakeKeyPath(folder, name_, &path);
  return path;
}

Status KeyFiles::TtlLine(LineFile& file, Expiry expiry) {
  if (!expiry) return {};
  line_.assign("{\"key\":\"").append(name_).append("\",\"expire_at_ms\":");
  line_.append(std::to_string(*expiry)).append("}\n");
  return file.Append(line_);
}

Status KeyFiles::Blob(TypeFolder folder, LineFile& ttl_file, const ValueRef& value,
                      uint64_t payload_offset, Expiry expiry) {
  SNAPTREE_TRY(UseName());
  SNAPTREE_TRY(
      WriteValueFile(context_.source, context_.sink, PathOf(folder), value, payload_offset));
  return TtlLine(ttl_file, expiry);
}

Status KeyFiles::String(const ValueRef& value, uint64_t payload_offset, Expiry expiry) {
  return Blob(TypeFolder::kStrings, strings_ttl_, value, payload_offset, expiry);
}

Status KeyFiles::Hll(const ValueRef& value, uint64_t payload_offset, Expiry expiry) {
  return Blob(TypeFolder::kHll, hll_ttl_, value, payload_offset, expiry);
}

void KeyFiles::BeginCollection(TypeFolder folder, Slice array_name, Expiry expiry) {
  collection_expiry_ = expiry;
  collection_.Begin(PathOf(folder));
  JsonWriter& json = collection_.json();
  json.StartObject();
  json.Member("format_version", kFormatVersion);
  json.Key(array_name);
  json.StartArray();
}

Status KeyFiles::Field(Slice name, const ValueRef& value) {
  JsonWriter& json = collection_.json();
  json.StartObject();
  json.Key("name");
  json.Bytes(name);
  json.Key("value");
  SNAPTREE_TRY(collection_.Value(context_.source, value));
  json.EndObject();
  return {};
}

Status KeyFiles::Member(Slice member) {
  return collection_.Value(context_.source, InMemory(member));
}

Status KeyFiles::ScoredMember(Slice member, uint64_t score_bits) {
  JsonWriter& json = collection_.json();
  json.StartObject();
  json.Key("member");
  json.Bytes(member);
  json.Key("score");
  line_.clear();
  AppendScore(&line_, score_bits);
  json.Raw(line_);
  json.EndObject();
  return collection_.Drain();
}

Status KeyFiles::Item(const ValueRef& value) { return collection_.Value(context_.source, value); }

Status KeyFiles::EndCollection() {
  JsonWriter& json = collection_.json();
  json.EndArray();
  AppendExpiry(json, collection_expiry_);
  json.EndObject();
  SNAPTREE_TRY(UseName());
  return collection_.Finish();
}

void KeyFiles::BeginStream() { stream_.Begin(PathOf(TypeFolder::kStreams)); }

Status KeyFiles::Entry(uint64_t ms, uint64_t seq, const std::vector<ValueRef>& fields) {
  JsonWriter& json = stream_.json();
  json.StartObject();
  line_.assign(std::to_string(ms)).append("-").append(std::to_string(seq));
  json.Member("id", Slice(line_));
  json.Key("fields");
  json.StartArray();
  for (size_t i = 0; i + 1 < fields.size(); i += 2) {
    json.StartObject();
    json.Key("name");
    SNAPTREE_TRY(stream_.Value(context_.source, fields[i]));
    json.Key("value");
    SNAPTREE_TRY(stream_.Value(context_.source, fields[i + 1]));
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  return stream_.EndLine();
}

Status KeyFiles::EndStream(uint64_t entries, uint64_t last_ms, uint64_t last_seq, Expiry expiry) {
  JsonWriter& json = stream_.json();
  json.StartObject();
  json.MemberBool("_meta", true);
  json.Member("length", entries);
  json.Member("last_ms", last_ms);
  json.Member("last_seq", last_seq);
  AppendExpiry(json, expiry);
  json.EndObject();
  SNAPTREE_TRY(stream_.EndLine());
  SNAPTREE_TRY(UseName());
  return stream_.Finish();
}

Status KeyFiles::Finish() {
  SNAPTREE_TRY(keymap_.Close());
  SNAPTREE_TRY(strings_ttl_.Close());
  return hll_ttl_.Close();
}

}  // namespace

std::unique_ptr<RedisFiles> NewKeyFiles(const DecodeContext& context) {
  return std::make_unique<KeyFiles>(context);
}

}  // namespace snaptree::redis
