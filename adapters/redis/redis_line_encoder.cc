#include "adapters/redis/redis_line_encoder.h"

#include <utility>

#include "adapters/redis/redis_blob_encoder.h"
#include "adapters/redis/redis_encoder_notes.h"
#include "adapters/redis/redis_keys.h"
#include "adapters/redis/redis_line_layout.h"
#include "adapters/redis/redis_record_text.h"
#include "adapters/redis/redis_score.h"
#include "adapters/redis/redis_values.h"
#include "base/base64.h"
#include "base/checksum.h"
#include "base/text.h"

namespace snaptree::redis {
namespace {

// What a longer value took is not kept for the next one.
constexpr size_t kKeptBytes = size_t{1} << 20;
// A line below this would come out as one line, however its text is escaped.
constexpr size_t kSurelyOneLine = size_t{512} << 10;

// Before a string's value, so that both can be one view.
constexpr size_t kEnvelopeRoom = kEnvelopeBytes;

uint64_t FieldTextSize(Slice name, Slice value) {
  return Slice("{\"name\":,\"value\":}").size() + BytesTextSize(name) + BytesTextSize(value);
}

constexpr const char* kOrderOfLong =
    "write the members in the order \"key\", \"part\" (if there is one), and then the others: "
    "jq -c '{key} + (if has(\"part\") then {part} else {} end) + .' does";

bool Mentions(Slice line, Slice member) { return line.find(member) != Slice::npos; }

}  // namespace

Status LineEncoder::WithPlace(Status error) const {
  if (error.ok() || error.kind() != ErrorKind::kData || !error.info().source.empty()) return error;
  return std::move(error).At(place_->path).Address("line " + std::to_string(place_->number));
}

void LineEncoder::BeginLine(const LinePlace& place) {
  place_ = &place;
  may_be_part_ = in_pieces_ = begun_ = passed_over_ = false;
  info_ = {};
  scalars_ = 0;
  key_.clear();
  value_.clear();
  if (value_.capacity() > kKeptBytes) std::string().swap(value_);
  long_value_ = {};
  part_.reset();
  last_ = false;
  expire_at_ms_ = 0;
  meta_ = {};
  respelled_ = clamped_ = false;
  rows_.From(place.path, place.number);
}

Result<LineOutcome> LineEncoder::Encode(const LinePlace& place, Slice line) {
  if (line.find_first_not_of(" \t\r") == Slice::npos) return LineOutcome::kBlank;
  BeginLine(place);
  if (!IsString() && (Mentions(line, "\"part\"") || Mentions(line, "\"last\""))) {
    Status read = ReadScalars(line);
    if (!read.ok()) return WithPlace(std::move(read));
    if ((scalars_ & (Bit(kPart) | Bit(kLast))) != 0) return LineOutcome::kPart;
    BeginLine(place);
  }
  return Finish(ReadWhole(line, false));
}

Result<LineOutcome> LineEncoder::EncodePart(const LinePlace& place, Slice line) {
  BeginLine(place);
  Status read = ReadScalars(line);
  if (read.ok()) read = ReadWhole(line, true);
  return Finish(std::move(read));
}

Result<LineOutcome> LineEncoder::EncodeLong(const LinePlace& place, LineReader* line,
                                            uint32_t values) {
  BeginLine(place);
  line_begin_ = line->position();
  long_values_ = values;
  may_be_part_ = in_pieces_ = measures_ = true;
  JsonText text(line);
  return Finish(Read(text, Pass::kAll));
}

Status LineEncoder::ReadScalars(Slice line) {
  JsonText text(line);
  return Read(text, Pass::kScalars);
}

// What stands around the elements has been read if the line may be a part. Otherwise it is read
// with them, since the key comes first in all lines but those that some tool has turned round: of
// those, the elements are left out at first (BeforeElement()).
Status LineEncoder::ReadWhole(Slice line, bool may_be_part) {
  may_be_part_ = may_be_part;
  measures_ = may_be_part || line.size() > kSurelyOneLine;
  JsonText text(line);
  SNAPTREE_TRY(Read(text, may_be_part ? Pass::kElements : Pass::kAll));
  if (pass_ != Pass::kScalars) return {};
  JsonText again(line);
  return Read(again, Pass::kElements);
}

Status LineEncoder::Read(JsonText& text, Pass pass) {
  pass_ = pass;
  ElementsLayout layout = LayoutOfLine(place_->folder);
  if (in_pieces_ && IsString()) layout.long_scalar = kValue;
  layout.long_is_base64 = place_->folder == TypeFolder::kHll;
  SNAPTREE_TRY(json_.Read(text, layout, *this, &info_));
  if (pass_ == Pass::kScalars) return CheckArray();
  if (!IsString()) SNAPTREE_TRY(CheckArray());
  if (!begun_) SNAPTREE_TRY(BeginRecord());
  return passed_over_ ? Status() : EndRecord();
}

Result<LineOutcome> LineEncoder::Finish(Status read) {
  if (!read.ok()) {
    if (may_be_part_) parts_.Forget();
    return WithPlace(std::move(read));
  }
  if (passed_over_) return LineOutcome::kBlank;
  return part_.value_or(0) == 0 ? LineOutcome::kKey : LineOutcome::kFurther;
}

Status LineEncoder::Scalar(size_t index, const JsonScalar& value) {
  const bool is_id = IsStream() && index == kId;
  if (!is_id) return pass_ == Pass::kElements ? Status() : TakeScalar(index, value);
  SNAPTREE_TRY(BeforeElement());
  if (IsLeftOut()) return {};
  if (value.kind != JsonScalar::Kind::kString) return JsonInvalid("\"id\" is not a string");
  return stream_.Id(value.text);
}

Status LineEncoder::TakeScalar(size_t index, const JsonScalar& value) {
  scalars_ |= Bit(index);
  if (index == kKey) {
    key_.assign(value.text);
    return {};
  }
  if (index == kExpireAtMs) return ParseExpiry(value, &expire_at_ms_, &respelled_, &clamped_);
  if (IsString()) {
    if (value.kind != JsonScalar::Kind::kString) return JsonInvalid("\"payload\" is not a string");
    if (!in_pieces_) value_.assign(kEnvelopeRoom, '\0').append(value.text);
    return {};
  }
  switch (index) {
    case kPart:
      return TakePart(value);
    case kLast:
      if (value.kind != JsonScalar::Kind::kTrue && value.kind != JsonScalar::Kind::kFalse)
        return JsonInvalid("\"last\" is neither true nor false");
      last_ = value.kind == JsonScalar::Kind::kTrue;
      if (!last_) respelled_ = true;
      return {};
    case kLength:
      return ParseJsonUint(kRecordScalars[index], value, &meta_.length);
    case kLastMs:
      return ParseJsonUint(kRecordScalars[index], value, &meta_.last_ms);
    default:
      return ParseJsonUint(kRecordScalars[index], value, &meta_.last_seq);
  }
}

Status LineEncoder::TakePart(const JsonScalar& value) {
  if (begun_) {
    return JsonInvalid("\"part\" stands behind the elements, in a line too long to be read twice")
        .Next(kOrderOfLong);
  }
  uint64_t part = 0;
  SNAPTREE_TRY(ParseJsonUint(kRecordScalars[kPart], value, &part));
  part_ = part;
  return {};
}

Status LineEncoder::CheckArray() const {
  if (info_.has_array) return {};
  const ElementsLayout layout = LayoutOfLine(place_->folder);
  const Slice name = layout.groups.empty() ? layout.array : layout.groups;
  return JsonInvalid("the member \"" + std::string(name) + "\" is missing");
}

bool LineEncoder::HasKey() const { return (scalars_ & Bit(kKey)) != 0; }

// The key must be known to who takes elements.
Status LineEncoder::BeforeElement() {
  if (begun_ || pass_ == Pass::kScalars) return {};
  if (pass_ == Pass::kAll && !HasKey()) {
    if (!in_pieces_) {
      pass_ = Pass::kScalars;
      return {};
    }
    return JsonInvalid(
               "the member \"key\" does not stand before the elements, in a line too long to be "
               "read twice")
        .Next(kOrderOfLong);
  }
  return BeginRecord();
}

// Before the first element, or at the end: what the elements belong to must be known.
Status LineEncoder::BeginRecord() {
  begun_ = true;
  if (!HasKey()) return JsonInvalid("the member \"key\" is missing");
  if (IsString()) return {};
  if (!may_be_part_ && (scalars_ & (Bit(kPart) | Bit(kLast))) != 0)
    return JsonInvalid("the name \"part\" or \"last\" is written with escapes");
  if (may_be_part_) SNAPTREE_TRY(JoinParts());
  if (passed_over_) return {};
  const bool further = part_.value_or(0) > 0;
  if (!further) {
    if (measures_) cut_.BeginKey(key_);
    if (IsStream()) {
      stream_.Begin(key_);
    } else {
      collection_.Begin(place_->folder, key_);
    }
  }
  cut_.BeginPart(further);
  if (IsStream()) BeginEntry();
  return {};
}

// Whether the line goes on where the one before ended.
Status LineEncoder::JoinParts() {
  const bool further = part_.value_or(0) > 0;
  if (!further || !parts_.IsOpenFor(key_)) SNAPTREE_TRY(context_.findings.TakeError(parts_.End()));
  if (!further) {
    parts_.BeginKey();
    return {};
  }
  const Result<bool> joined = parts_.Join(*place_, key_, *part_);
  if (joined.ok()) {
    passed_over_ = !*joined;
    return {};
  }
  return joined.status();
}

void LineEncoder::BeginLong(uint64_t position, bool base64) {
  long_value_ = {line_begin_ + position, 0, 0, base64};
}

// An HLL is looked at as a whole.
Status LineEncoder::LongBytes(Slice piece) {
  long_value_.bytes += piece.size();
  long_value_.crc = ExtendCrc32c(long_value_.crc, piece);
  if (place_->folder == TypeFolder::kHll && long_value_.bytes <= kMaxBodyBytes)
    value_.append(piece);
  return {};
}

Status LineEncoder::Element(Slice first, Slice second) {
  SNAPTREE_TRY(BeforeElement());
  if (IsLeftOut()) return {};
  if (IsStream()) {
    if (measures_) entry_bytes_ += (entry_bytes_ > 0 ? 1 : 0) + FieldTextSize(first, second);
    return stream_.Field(first, second);
  }
  if (measures_) {
    if (place_->folder != TypeFolder::kLists) cut_.CheckOrder(first);
    cut_.Add(place_->folder == TypeFolder::kHashes ? FieldTextSize(first, second)
                                                   : BytesTextSize(first));
  }
  return collection_.Element(first, second);
}

Status LineEncoder::Scored(Slice member, uint64_t score_bits) {
  SNAPTREE_TRY(BeforeElement());
  if (IsLeftOut()) return {};
  if (measures_) {
    cut_.CheckOrder(member);
    scratch_.clear();
    AppendScore(&scratch_, score_bits);
    cut_.Add(Slice("{\"member\":,\"score\":}").size() + BytesTextSize(member) + scratch_.size());
  }
  return collection_.Scored(member, score_bits);
}

Status LineEncoder::Group(bool complete) {
  SNAPTREE_TRY(BeforeElement());
  if (IsLeftOut()) return {};
  if (!complete) {
    return JsonInvalid("an entry is not whole").Expected("the members \"id\" and \"fields\"");
  }
  if (measures_)
    cut_.Add(Slice("{\"id\":\"\",\"fields\":[]}").size() + stream_.id().size() + entry_bytes_);
  SNAPTREE_TRY(stream_.PutEntry(place_->path));
  BeginEntry();
  return {};
}

void LineEncoder::BeginEntry() {
  stream_.BeginEntry();
  entry_bytes_ = 0;
}

Status LineEncoder::EndRecord() {
  if (IsString()) return PutString();
  if ((scalars_ & Bit(kLast)) != 0 && !IsPart())
    return JsonInvalid("a line has \"last\" but no \"part\"");
  if (IsPart()) cut_.EndPart();
  if (IsPart() && last_ && *part_ == 0) respelled_ = true;
  if (IsStream() && !IsLast() && (scalars_ & (kMetaNumbers | Bit(kExpireAtMs))) != 0)
    return JsonInvalid("a part that is not the last has members that only the last one has");
  if (!IsStream()) SNAPTREE_TRY(CheckExpiry());
  if (!IsLast()) {
    const bool tells = (scalars_ & Bit(kExpireAtMs)) != 0;
    parts_.Keep(*place_, key_, *part_, tells ? expire_at_ms_ : parts_.expire_at_ms());
    return Tell();
  }
  if (IsStream()) {
    SNAPTREE_TRY(PutStream());
  } else {
    SNAPTREE_TRY(collection_.PutMeta(key_, expire_at_ms_));
  }
  parts_.Close();
  const KeyFile file{place_->folder, place_->path, key_, expire_at_ms_, true};
  SNAPTREE_TRY(PutTtlRow(rows_, file, expire_at_ms_, &scratch_, &value_));
  const uint64_t elements = IsStream() ? stream_.entries() : collection_.elements();
  if (elements > kLiveMaxElements) WarnOverLiveLimit(context_, place_->path);
  if (measures_ && cut_.differs()) SNAPTREE_TRY(context_.differences.Add(place_->path));
  return Tell();
}

// Parts that tell when the key expires tell the same.
Status LineEncoder::CheckExpiry() {
  const std::optional<uint64_t> before = parts_.expire_at_ms();
  if (!before) return {};
  if ((scalars_ & Bit(kExpireAtMs)) == 0) {
    expire_at_ms_ = *before;
    return {};
  }
  if (expire_at_ms_ == *before) return {};
  return JsonInvalid("parts of one key have different expiry times")
      .Expected(std::to_string(*before))
      .Found(std::to_string(expire_at_ms_));
}

Status LineEncoder::PutStream() {
  if ((scalars_ & kMetaNumbers) != kMetaNumbers) {
    return JsonInvalid("a member of the stream is missing")
        .Expected("\"length\", \"last_ms\" and \"last_seq\"");
  }
  meta_.expire_at_ms = expire_at_ms_;
  SNAPTREE_TRY(stream_.CheckMeta(meta_));
  if (stream_.respelled()) respelled_ = true;
  return stream_.PutMeta(key_, meta_);
}

// An HLL's TTL row is put by who knows whether a string of the same key has one.
Status LineEncoder::PutString() {
  const bool is_hll = place_->folder == TypeFolder::kHll;
  if ((scalars_ & Bit(kValue)) == 0) {
    return JsonInvalid("the member \"" + std::string(is_hll ? "payload" : "value") +
                       "\" is missing");
  }
  SNAPTREE_TRY(in_pieces_ ? PutLong() : PutValue());
  if (!is_hll) {
    const KeyFile file{place_->folder, place_->path, key_, expire_at_ms_, true};
    SNAPTREE_TRY(PutTtlRow(rows_, file, expire_at_ms_, &scratch_, &value_));
  }
  return Tell();
}

Status LineEncoder::PutValue() {
  const Slice text = Slice(value_).substr(kEnvelopeRoom);
  if (place_->folder == TypeFolder::kHll) {
    std::string body;
    MakeHllEnvelope(expire_at_ms_, &body);
    const size_t begin = body.size();
    if (!AppendFromBase64Url(&body, text))
      return JsonInvalid("\"payload\" is not base64url without padding");
    SNAPTREE_TRY(CheckHllPayload(context_, place_->path, Slice(body).substr(begin)));
    MakeUserKey(kHllPrefix, key_, &scratch_);
    return rows_.Put(scratch_, body);
  }
  MakeStringEnvelope(expire_at_ms_, &scratch_);
  const size_t begin = kEnvelopeRoom - scratch_.size();
  value_.replace(begin, scratch_.size(), scratch_);
  MakeUserKey(kStringPrefix, key_, &scratch_);
  return rows_.Put(scratch_, Slice(value_).substr(begin));
}

Status LineEncoder::PutLong() {
  const bool is_hll = place_->folder == TypeFolder::kHll;
  std::string head;
  if (is_hll) {
    if (long_value_.bytes <= kMaxBodyBytes)
      SNAPTREE_TRY(CheckHllPayload(context_, place_->path, value_));
    std::string().swap(value_);
    MakeHllEnvelope(expire_at_ms_, &head);
  } else {
    MakeStringEnvelope(expire_at_ms_, &head);
  }
  MakeUserKey(is_hll ? kHllPrefix : kStringPrefix, key_, &scratch_);
  // A body may be of any size. This one makes a row as a file does, which is refused.
  if (head.size() + long_value_.bytes > kMaxBodyBytes)
    return rows_.PutFile(scratch_, head, place_->path, long_value_.bytes);
  std::string payload;
  LongValueEncoder::Pack(long_value_, place_->path, scratch_, head, &payload);
  return rows_.PutBody(scratch_, long_values_, payload);
}

Status LineEncoder::Tell() {
  if (clamped_) SNAPTREE_TRY(WarnClamped(context_, place_->path));
  if (info_.unknown_members > 0)
    SNAPTREE_TRY(WarnUnknownMembers(context_, place_->path, info_.unknown_members));
  return respelled_ || info_.respelled ? NoteRespelled(context_, place_->path) : Status();
}

}  // namespace snaptree::redis
