#include "adapters/redis/redis_record_text.h"

#include "adapters/common/value_text.h"

namespace snaptree::redis {
namespace {

// Values in the source are taken into memory up to this size, as long as there is little text.
constexpr uint64_t kMostTaken = uint64_t{1} << 20;
constexpr size_t kMuchText = size_t{8} << 20;

constexpr HtmlEscape kHtml = HtmlEscape::kOff;

Slice Resident(const ValueRef& value, uint64_t from) {
  return value.resident.substr(std::min<uint64_t>(from, value.size));
}

}  // namespace

uint64_t BytesTextSize(Slice bytes) {
  constexpr Slice kAroundBase64 = "{\"base64\":\"\"}";
  constexpr size_t kPiece = size_t{64} << 10;
  if (!IsUtf8(bytes)) return kAroundBase64.size() + Base64TextSize(bytes.size());
  uint64_t size = 2;  // quotes
  std::string text;
  while (!bytes.empty()) {
    Slice piece = bytes.substr(0, kPiece);
    if (piece.size() < bytes.size()) piece.remove_suffix(UnfinishedTail(piece));
    text.clear();
    AppendJsonStringPart(&text, piece, kHtml);
    size += text.size();
    bytes.remove_prefix(piece.size());
  }
  return size;
}

void RecordText::Clear() {
  if (text_.capacity() > kMuchText) std::string().swap(text_);
  text_.clear();
  large_.clear();
  large_bytes_ = 0;
}

bool RecordText::IsLarge(const ValueRef& value) const {
  return !value.IsResident() && (value.size > kMostTaken || text_.size() > kMuchText);
}

void RecordText::AddLarge(const ValueRef& value, uint64_t from, bool base64, uint64_t text_bytes) {
  large_.push_back({text_.size(), {{}, value.size, value.position}, from, base64});
  large_bytes_ += text_bytes;
}

void RecordText::AddBase64(const ValueRef& value, uint64_t from) {
  Raw("\"");
  AddLarge(value, from, true, Base64TextSize(value.size - from));
  Raw("\"");
}

void RecordText::Bytes(Slice bytes) {
  if (IsUtf8(bytes)) {
    AppendJsonString(&text_, bytes, kHtml);
    return;
  }
  Raw("{\"base64\":\"");
  AppendBase64Url(&text_, bytes);
  Raw("\"}");
}

Status RecordText::Value(const RowSource& source, const ValueRef& value, uint64_t from) {
  if (!IsLarge(value)) {
    std::string storage;
    SNAPTREE_ASSIGN(const Slice bytes, LoadValue(source, value, &storage));
    Bytes(Resident({bytes, bytes.size(), 0}, from));
    return {};
  }
  SNAPTREE_ASSIGN(const bool utf8, IsUtf8Value(source, value, from));
  if (!utf8) {
    Raw("{\"base64\":");
    AddBase64(value, from);
    Raw("}");
    return {};
  }
  SNAPTREE_ASSIGN(const uint64_t text_bytes, StringTextSize(source, value, from, kHtml));
  Raw("\"");
  AddLarge(value, from, false, text_bytes);
  Raw("\"");
  return {};
}

Status RecordText::Base64(const RowSource& source, const ValueRef& value, uint64_t from) {
  if (IsLarge(value)) {
    AddBase64(value, from);
    return {};
  }
  std::string storage;
  SNAPTREE_ASSIGN(const Slice bytes, LoadValue(source, value, &storage));
  Raw("\"");
  AppendBase64Url(&text_, Resident({bytes, bytes.size(), 0}, from));
  Raw("\"");
  return {};
}

void RecordText::Append(const RecordText& other) {
  for (Large large : other.large_) {
    large.at += text_.size();
    large_.push_back(large);
  }
  large_bytes_ += other.large_bytes_;
  text_.append(other.text_);
}

Status RecordText::Write(const RowSource& source, NumberedLineFiles& lines) const {
  size_t written = 0;
  const auto append = [&lines](Slice text) { return lines.Append(text); };
  for (const Large& large : large_) {
    SNAPTREE_TRY(append(Slice(text_).substr(written, large.at - written)));
    written = large.at;
    SNAPTREE_TRY(large.base64 ? ForEachBase64Text(source, large.value, large.from, append)
                              : ForEachStringText(source, large.value, large.from, kHtml, append));
  }
  return append(Slice(text_).substr(written));
}

}  // namespace snaptree::redis
