#include "adapters/redis/redis_collection_encoder.h"

#include <memory>
#include <utility>

#include "adapters/redis/redis_encoder_notes.h"

namespace snaptree::redis {
namespace {

// Files up to this size are read whole.
constexpr uint64_t kWholeFileBytes = uint64_t{1} << 20;

constexpr Slice kScalars[] = {"format_version", "expire_at_ms"};
enum ScalarIndex : size_t { kFormatVersion, kExpireAtMs };

ElementsLayout LayoutOfFile(TypeFolder folder) {
  ElementsLayout layout = LayoutOfCollection(folder);
  layout.scalars = kScalars;
  return layout;
}

}  // namespace

Status CollectionEncoder::Encode(const KeyFile& file, TreeReader& reader) {
  if (reader.size() > kWholeFileBytes) {
    const std::unique_ptr<TreeInputFile> content = reader.Stream();
    JsonText text(content.get());
    Begin(file, &text);
    return ReadText(text);
  }
  SNAPTREE_ASSIGN(const Slice content, reader.ReadAll());
  JsonText text(content);
  Begin(file, &text);
  return ReadText(text);
}

void CollectionEncoder::Begin(const KeyFile& file, JsonText* text) {
  file_ = &file;
  text_ = text;
  expire_at_ms_ = 0;
  respelled_ = clamped_ = false;
  collection_.Begin(file.folder, file.key);
}

Status CollectionEncoder::ReadText(JsonText& text) {
  ElementsInfo info;
  Status status = json_.Read(text, LayoutOfFile(file_->folder), *this, &info);
  if (!status.ok()) return std::move(status).Address("line " + std::to_string(text.line()));
  SNAPTREE_TRY(Check(info));
  SNAPTREE_TRY(PutMeta());
  return Tell(info);
}

Status CollectionEncoder::Scalar(size_t index, const JsonScalar& value) {
  if (index == kExpireAtMs) return ParseExpiry(value, &expire_at_ms_, &respelled_, &clamped_);
  if (value.kind == JsonScalar::Kind::kNumber && value.text == "1") return {};
  return JsonInvalid("\"format_version\" is not one that this version reads").Expected("1");
}

Status CollectionEncoder::Element(Slice first, Slice second) {
  rows_.From(file_->path, text_->line());
  return collection_.Element(first, second);
}

Status CollectionEncoder::Scored(Slice member, uint64_t score_bits) {
  rows_.From(file_->path, text_->line());
  return collection_.Scored(member, score_bits);
}

Status CollectionEncoder::Check(const ElementsInfo& info) const {
  if ((info.scalars >> kFormatVersion & 1) == 0) {
    return JsonInvalid("the member \"format_version\" is missing").Expected("1");
  }
  if (!info.has_array) {
    return JsonInvalid("the member \"" + std::string(LayoutOfCollection(file_->folder).array) +
                       "\" is missing");
  }
  return {};
}

Status CollectionEncoder::PutMeta() {
  rows_.From(file_->path);
  SNAPTREE_TRY(collection_.PutMeta(file_->key, expire_at_ms_));
  return PutTtlRow(rows_, *file_, expire_at_ms_, &key_, &value_);
}

Status CollectionEncoder::Tell(const ElementsInfo& info) {
  if (collection_.elements() > kLiveMaxElements) WarnOverLiveLimit(context_, file_->path);
  if (clamped_) SNAPTREE_TRY(WarnClamped(context_, file_->path));
  if (info.unknown_members > 0) {
    SNAPTREE_TRY(WarnUnknownMembers(context_, file_->path, info.unknown_members));
  }
  if (respelled_ || info.respelled) return NoteRespelled(context_, file_->path);
  return {};
}

}  // namespace snaptree::redis
