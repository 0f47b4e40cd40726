#include "adapters/redis/redis_files.h"

#include "adapters/common/row_lines.h"
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

}  // namespace

Status LineFile::Append(Slice line) {
  if (file_ == nullptr) {
    SNAPTREE_ASSIGN(file_, sink_.CreateFile(path_));
  }
  return file_->Append(line);
}

Status LineFile::Close() { return file_ == nullptr ? Status::Ok() : file_->Close(); }

RedisFiles::RedisFiles(const DecodeContext& context)
    : context_(context),
      keymap_(context.sink, std::string(kDatabaseFolder) + std::string(kKeymapFileName)),
      strings_ttl_(context.sink, std::string(kDatabaseFolder) + "strings_ttl.jsonl"),
      hll_ttl_(context.sink, std::string(kDatabaseFolder) + "hll_ttl.jsonl"),
      collection_(context.sink, JsonStyle::kPretty, HtmlEscape::kOn),
      stream_(context.sink, JsonStyle::kCompact, HtmlEscape::kOn) {}

void RedisFiles::BeginKey(Slice key) {
  key_ = key;
  needs_keymap_ = EncodeSegmentTo(key, &name_);
}

// Each name that cannot be reversed has one line, however many files carry it (a string and an HLL
// can share a key).
Status RedisFiles::UseName() {
  if (!needs_keymap_) return {};
  needs_keymap_ = false;
  line_.clear();
  AppendKeymapLine(&line_, name_, key_, kKeymapShaFallback);
  return keymap_.Append(line_);
}

std::string RedisFiles::PathOf(Slice folder, Slice extension) {
  std::string path(kDatabaseFolder);
  path.append(folder).append("/").append(name_).append(extension);
  return path;
}

Status RedisFiles::TtlLine(LineFile& file, Expiry expiry) {
  if (!expiry) return {};
  line_.assign("{\"key\":\"").append(name_).append("\",\"expire_at_ms\":");
  line_.append(std::to_string(*expiry)).append("}\n");
  return file.Append(line_);
}

Status RedisFiles::Blob(Slice folder, LineFile& ttl_file, const ValueRef& value,
                        uint64_t payload_offset, Expiry expiry) {
  SNAPTREE_TRY(UseName());
  SNAPTREE_TRY(WriteValueFile(context_.source, context_.sink, PathOf(folder, ".bin"), value,
                              payload_offset));
  return TtlLine(ttl_file, expiry);
}

Status RedisFiles::String(const ValueRef& value, uint64_t payload_offset, Expiry expiry) {
  return Blob("strings", strings_ttl_, value, payload_offset, expiry);
}

Status RedisFiles::Hll(const ValueRef& value, uint64_t payload_offset, Expiry expiry) {
  return Blob("hll", hll_ttl_, value, payload_offset, expiry);
}

Status RedisFiles::HllPayload(Slice payload, Expiry expiry) {
  return Hll(InMemory(payload), 0, expiry);
}

void RedisFiles::BeginCollection(Slice folder, Slice array_name) {
  collection_.Begin(PathOf(folder, ".json"));
  JsonWriter& json = collection_.json();
  json.StartObject();
  json.Member("format_version", kFormatVersion);
  json.Key(array_name);
  json.StartArray();
}

Status RedisFiles::Field(Slice name, const ValueRef& value) {
  JsonWriter& json = collection_.json();
  json.StartObject();
  json.Key("name");
  json.Bytes(name);
  json.Key("value");
  SNAPTREE_TRY(collection_.Value(context_.source, value));
  json.EndObject();
  return {};
}

Status RedisFiles::Member(Slice member) {
  return collection_.Value(context_.source, InMemory(member));
}

Status RedisFiles::ScoredMember(Slice member, uint64_t score_bits) {
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

Status RedisFiles::Item(const ValueRef& value) { return collection_.Value(context_.source, value); }

Status RedisFiles::EndCollection(Expiry expiry) {
  JsonWriter& json = collection_.json();
  json.EndArray();
  AppendExpiry(json, expiry);
  json.EndObject();
  SNAPTREE_TRY(UseName());
  return collection_.Finish();
}

void RedisFiles::BeginStream() { stream_.Begin(PathOf("streams", ".jsonl")); }

Status RedisFiles::Entry(uint64_t ms, uint64_t seq, const std::vector<ValueRef>& fields) {
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

Status RedisFiles::EndStream(uint64_t entries, uint64_t last_ms, uint64_t last_seq, Expiry expiry) {
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

Status RedisFiles::Finish() {
  SNAPTREE_TRY(keymap_.Close());
  SNAPTREE_TRY(strings_ttl_.Close());
  return hll_ttl_.Close();
}

}  // namespace snaptree::redis
