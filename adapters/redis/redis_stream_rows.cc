#include "adapters/redis/redis_stream_rows.h"

#include <tuple>

#include "adapters/redis/redis_elements_json.h"
#include "adapters/redis/redis_keys.h"
#include "adapters/redis/redis_proto_reader.h"
#include "adapters/redis/redis_stream_entry.h"
#include "base/coding.h"
#include "base/text.h"

namespace snaptree::redis {
namespace {

void AppendDelimited(std::string* out, uint32_t tag, Slice bytes) {
  *out += static_cast<char>(tag);
  size_t size = bytes.size();
  for (; size >= 0x80; size >>= 7) *out += static_cast<char>((size & 0x7f) | 0x80);
  *out += static_cast<char>(size);
  out->append(bytes);
}

std::string IdText(uint64_t ms, uint64_t seq) {
  return std::to_string(ms) + "-" + std::to_string(seq);
}

}  // namespace

void StreamRows::Begin(Slice key) {
  entries_ = last_ms_ = last_seq_ = 0;
  respelled_ = false;
  MakeElementKey(kStreamEntryPrefix, key, &entry_key_);
  entry_prefix_size_ = entry_key_.size();
}

void StreamRows::BeginEntry() {
  id_.clear();
  fields_.clear();
}

Status StreamRows::Id(Slice text) {
  if (!ParseStreamId(text, &ms_, &seq_)) {
    return JsonInvalid("\"id\" is not a stream ID")
        .Expected("<ms>-<seq>, two decimal numbers below 2^64")
        .Found(Printable(text));
  }
  id_ = IdText(ms_, seq_);
  if (id_ != text) respelled_ = true;
  return {};
}

Status StreamRows::Field(Slice name, Slice value) {
  if (!IsUtf8(name) || !IsUtf8(value)) {
    return DataError("RedisStreamFieldNotUTF8",
                     "a field of a stream entry is not UTF-8, and a live node cannot read such one")
        .Next("replace the bytes by text, or take the entry out and correct \"length\"");
  }
  AppendDelimited(&fields_, kLengthDelimited2, name);
  AppendDelimited(&fields_, kLengthDelimited2, value);
  return {};
}

Status StreamRows::PutEntry(Slice path) {
  if (entries_++ > 0 && std::tie(ms_, seq_) <= std::tie(last_ms_, last_seq_)) {
    return JsonInvalid("entries do not stand in ascending order of their IDs")
        .Expected("above " + IdText(last_ms_, last_seq_))
        .Found(id_);
  }
  last_ms_ = ms_;
  last_seq_ = seq_;
  if (ms_ == 0 && seq_ == 0) {
    context_.findings.Warn("redis_stream_entry_zero",
                           "stream entries 0-0, an ID that no client can add", path);
  }
  entry_key_.resize(entry_prefix_size_);
  AppendBe64(&entry_key_, ms_);
  AppendBe64(&entry_key_, seq_);
  value_.assign(kStreamEntryMagic);
  AppendDelimited(&value_, kLengthDelimited1, id_);
  value_.append(fields_);
  return rows_.Put(entry_key_, value_);
}

Status StreamRows::CheckMeta(const StreamMeta& meta) const {
  if (meta.length != entries_) {
    return JsonInvalid("\"length\" is not the number of entries")
        .Expected(std::to_string(entries_))
        .Found(std::to_string(meta.length))
        .Next("when you added or removed entries on purpose, correct \"length\"");
  }
  if (entries_ > 0 && std::tie(meta.last_ms, meta.last_seq) < std::tie(last_ms_, last_seq_)) {
    return JsonInvalid("\"last_ms\" and \"last_seq\" are below the last entry's ID")
        .Expected("at least " + IdText(last_ms_, last_seq_))
        .Found(IdText(meta.last_ms, meta.last_seq));
  }
  return {};
}

Status StreamRows::PutMeta(Slice key, const StreamMeta& meta) {
  MakeElementKey(kStreamMetaPrefix, key, &key_);
  MakeStreamMeta(meta, &value_);
  return rows_.Put(key_, value_);
}

}  // namespace snaptree::redis
