#include "adapters/redis/redis_collection_encoder.h"

#include <array>
#include <memory>
#include <utility>

#include "adapters/redis/redis_encoder_notes.h"
#include "adapters/redis/redis_keys.h"
#include "adapters/redis/redis_values.h"
#include "base/coding.h"

namespace snaptree::redis {
namespace {

// Files up to this size are read whole.
constexpr uint64_t kWholeFileBytes = uint64_t{1} << 20;

constexpr Slice kScalars[] = {"format_version", "expire_at_ms"};
enum ScalarIndex : size_t { kFormatVersion, kExpireAtMs };

struct Form {
  ElementsLayout layout;
  Slice element_prefix;
  Slice meta_prefix;
};

// From TypeFolder::kHashes on.
constexpr Form kForms[] = {
    {{"fields", "name", "value", false, kScalars}, kHashFieldPrefix, kHashMetaPrefix},
    {{"items", {}, {}, false, kScalars}, kListItemPrefix, kListMetaPrefix},
    {{"members", {}, {}, false, kScalars}, kSetMemberPrefix, kSetMetaPrefix},
    {{"members", "member", "score", true, kScalars}, kZSetMemberPrefix, kZSetMetaPrefix},
};

const Form& FormOfCollection(TypeFolder folder) {
  return kForms[static_cast<size_t>(folder) - static_cast<size_t>(TypeFolder::kHashes)];
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
  elements_ = 0;
  expire_at_ms_ = 0;
  respelled_ = clamped_ = false;
  const Slice prefix = FormOfCollection(file.folder).element_prefix;
  if (file.folder == TypeFolder::kLists) {
    MakeUserKey(prefix, file.key, &element_key_);
  } else {
    MakeElementKey(prefix, file.key, &element_key_);
  }
  prefix_size_ = element_key_.size();
  if (file.folder == TypeFolder::kZSets) {
    MakeElementKey(kZSetScorePrefix, file.key, &score_key_);
    score_prefix_size_ = score_key_.size();
  }
}

Status CollectionEncoder::ReadText(JsonText& text) {
  ElementsInfo info;
  Status status = json_.Read(text, FormOfCollection(file_->folder).layout, *this, &info);
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

// Duplicates are found when the rows are sorted.
void CollectionEncoder::NextElementKey(Slice name) {
  ++elements_;
  element_key_.resize(prefix_size_);
  element_key_.append(name);
}

Status CollectionEncoder::Element(Slice first, Slice second) {
  rows_.From(file_->path, text_->line());
  if (file_->folder == TypeFolder::kLists) {
    element_key_.resize(prefix_size_);
    AppendBe64(&element_key_, SortI64(static_cast<int64_t>(elements_++)));
    return rows_.Put(element_key_, first);
  }
  NextElementKey(first);
  return rows_.Put(element_key_, second);
}

Status CollectionEncoder::Scored(Slice member, uint64_t score_bits) {
  rows_.From(file_->path, text_->line());
  NextElementKey(member);
  value_.clear();
  AppendBe64(&value_, score_bits);
  SNAPTREE_TRY(rows_.Put(element_key_, value_));
  score_key_.resize(score_prefix_size_);
  AppendBe64(&score_key_, SortF64(score_bits));
  score_key_.append(member);
  return rows_.Put(score_key_, {});
}

Status CollectionEncoder::Check(const ElementsInfo& info) const {
  if ((info.scalars >> kFormatVersion & 1) == 0) {
    return JsonInvalid("the member \"format_version\" is missing").Expected("1");
  }
  if (!info.has_array) {
    return JsonInvalid("the member \"" + std::string(FormOfCollection(file_->folder).layout.array) +
                       "\" is missing");
  }
  return {};
}

Status CollectionEncoder::PutMeta() {
  const Slice prefix = FormOfCollection(file_->folder).meta_prefix;
  rows_.From(file_->path);
  if (file_->folder == TypeFolder::kLists) {
    MakeUserKey(prefix, file_->key, &element_key_);
    MakeListMeta(elements_, expire_at_ms_, &value_);
  } else {
    MakeElementKey(prefix, file_->key, &element_key_);
    MakeCountMeta(elements_, expire_at_ms_, &value_);
  }
  SNAPTREE_TRY(rows_.Put(element_key_, value_));
  return PutTtlRow(rows_, *file_, expire_at_ms_, &element_key_, &value_);
}

Status CollectionEncoder::Tell(const ElementsInfo& info) {
  if (elements_ > kLiveMaxElements) WarnOverLiveLimit(context_, file_->path);
  if (clamped_) SNAPTREE_TRY(WarnClamped(context_, file_->path));
  if (info.unknown_members > 0) {
    SNAPTREE_TRY(WarnUnknownMembers(context_, file_->path, info.unknown_members));
  }
  if (respelled_ || info.respelled) return NoteRespelled(context_, file_->path);
  return {};
}

}  // namespace snaptree::redis
