#include "adapters/redis/redis_stream_encoder.h"

#include <memory>
#include <utility>

#include "adapters/common/line_reader.h"
#include "adapters/redis/redis_encoder_notes.h"
#include "adapters/redis/redis_keys.h"
#include "adapters/redis/redis_proto_reader.h"
#include "adapters/redis/redis_stream_entry.h"
#include "base/coding.h"
#include "base/text.h"

namespace snaptree::redis {
namespace {

// Files up to this size are read whole.
constexpr uint64_t kWholeFileBytes = uint64_t{1} << 20;

constexpr Slice kScalars[] = {"id", "_meta", "length", "last_ms", "last_seq", "expire_at_ms"};
enum ScalarIndex : size_t { kId, kMeta, kLength, kLastMs, kLastSeq, kExpireAtMs };
constexpr ElementsLayout kLayout = {"fields", "name", "value", false, kScalars};

constexpr uint32_t Bit(ScalarIndex index) { return uint32_t{1} << index; }
constexpr uint32_t kMetaNumbers = Bit(kLength) | Bit(kLastMs) | Bit(kLastSeq);

// Calls take(line, number) for each line of a text in memory.
template <class Take>
Status ForEachLine(Slice text, Take take) {
  for (uint64_t number = 1; !text.empty(); ++number) {
    const size_t newline = std::min(text.find('\n'), text.size());
    SNAPTREE_TRY(take(text.substr(0, newline), number));
    text.remove_prefix(std::min(newline + 1, text.size()));
  }
  return {};
}

}  // namespace

Status StreamEncoder::Encode(const KeyFile& file, TreeReader& reader) {
  Begin(file);
  const auto take = [this](Slice line, uint64_t number) { return TakeLine(line, number); };
  if (reader.size() <= kWholeFileBytes) {
    SNAPTREE_ASSIGN(const Slice text, reader.ReadAll());
    SNAPTREE_TRY(ForEachLine(text, take));
    return Finish();
  }
  LineReader lines(reader.Stream());
  for (;;) {
    Slice line;
    SNAPTREE_ASSIGN(const bool more, lines.Next(&line));
    if (!more) return Finish();
    SNAPTREE_TRY(take(line, lines.number()));
  }
}

void StreamEncoder::Begin(const KeyFile& file) {
  file_ = &file;
  unknown_members_ = 0;
  has_meta_ = has_errors_ = respelled_ = clamped_ = false;
  meta_ = {};
  stream_.Begin(file.key);
}

Status StreamEncoder::TakeLine(Slice line, uint64_t number) {
  Status status = ReadLine(line, number);
  if (status.ok()) return {};
  has_errors_ = true;
  return context_.findings.TakeError(
      std::move(status).At(file_->path).Address("line " + std::to_string(number)));
}

Status StreamEncoder::ReadLine(Slice line, uint64_t number) {
  if (has_meta_) return JsonInvalid("a line stands behind the \"_meta\" line, which is the last");
  stream_.BeginEntry();
  ElementsInfo info;
  JsonText text(line);
  SNAPTREE_TRY(json_.Read(text, kLayout, *this, &info));
  unknown_members_ += info.unknown_members;
  rows_.From(file_->path, number);
  if ((info.scalars & Bit(kMeta)) != 0) return TakeMeta(info);
  if ((info.scalars & Bit(kId)) == 0 || !info.has_array) {
    return JsonInvalid("the line is no entry and not the \"_meta\" line")
        .Expected("the members \"id\" and \"fields\", or \"_meta\"");
  }
  if ((info.scalars & ~Bit(kId)) != 0)
    return JsonInvalid("an entry has members that only the \"_meta\" line has");
  return stream_.PutEntry(file_->path);
}

Status StreamEncoder::Scalar(size_t index, const JsonScalar& value) {
  switch (index) {
    case kId:
      if (value.kind != JsonScalar::Kind::kString) return JsonInvalid("\"id\" is not a string");
      return stream_.Id(value.text);
    case kMeta:
      return value.kind == JsonScalar::Kind::kTrue ? Status()
                                                   : JsonInvalid("\"_meta\" is not true");
    case kLength:
      return ParseJsonUint(kScalars[index], value, &meta_.length);
    case kLastMs:
      return ParseJsonUint(kScalars[index], value, &meta_.last_ms);
    case kLastSeq:
      return ParseJsonUint(kScalars[index], value, &meta_.last_seq);
    default:
      return ParseExpiry(value, &meta_.expire_at_ms, &respelled_, &clamped_);
  }
}

Status StreamEncoder::Element(Slice name, Slice value) { return stream_.Field(name, value); }

// The layout has no scores.
Status StreamEncoder::Scored(Slice, uint64_t) { return JsonInvalid("a score has no place there"); }

Status StreamEncoder::TakeMeta(const ElementsInfo& info) {
  has_meta_ = true;
  if ((info.scalars & Bit(kId)) != 0 || info.has_array)
    return JsonInvalid("the \"_meta\" line has members of an entry");
  if ((info.scalars & kMetaNumbers) != kMetaNumbers) {
    return JsonInvalid("a member of the \"_meta\" line is missing")
        .Expected("\"length\", \"last_ms\" and \"last_seq\"");
  }
  // A line that could not be read may be an entry: what does not fit then says nothing new.
  return has_errors_ ? Status() : stream_.CheckMeta(meta_);
}

Status StreamEncoder::Finish() {
  if (!has_meta_) {
    if (has_errors_) return {};  // it may be one of the lines that could not be read
    return JsonInvalid("the last line, \"_meta\", is missing")
        .Next("bring it back: without it nobody can tell whether entries are missing");
  }
  rows_.From(file_->path);
  SNAPTREE_TRY(stream_.PutMeta(file_->key, meta_));
  SNAPTREE_TRY(PutTtlRow(rows_, *file_, meta_.expire_at_ms, &key_, &value_));
  if (stream_.entries() > kLiveMaxElements) WarnOverLiveLimit(context_, file_->path);
  if (clamped_) SNAPTREE_TRY(WarnClamped(context_, file_->path));
  if (unknown_members_ > 0) {
    SNAPTREE_TRY(WarnUnknownMembers(context_, file_->path, unknown_members_));
  }
  return respelled_ || stream_.respelled() ? NoteRespelled(context_, file_->path) : Status();
}

}  // namespace snaptree::redis
