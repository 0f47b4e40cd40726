#include "adapters/redis/redis_collection_rows.h"

#include "adapters/redis/redis_keys.h"
#include "adapters/redis/redis_values.h"
#include "base/coding.h"

namespace snaptree::redis {
namespace {

struct Form {
  ElementsLayout layout;
  Slice element_prefix;
  Slice meta_prefix;
};

ElementsLayout Layout(Slice array, Slice first = {}, Slice second = {}, bool scored = false) {
  ElementsLayout layout;
  layout.array = array;
  layout.first = first;
  layout.second = second;
  layout.scored = scored;
  return layout;
}

const Form& FormOfCollection(TypeFolder folder) {
  // From TypeFolder::kHashes on.
  static const Form kForms[] = {
      {Layout("fields", "name", "value"), kHashFieldPrefix, kHashMetaPrefix},
      {Layout("items"), kListItemPrefix, kListMetaPrefix},
      {Layout("members"), kSetMemberPrefix, kSetMetaPrefix},
      {Layout("members", "member", "score", true), kZSetMemberPrefix, kZSetMetaPrefix},
  };
  return kForms[static_cast<size_t>(folder) - static_cast<size_t>(TypeFolder::kHashes)];
}

}  // namespace

const ElementsLayout& LayoutOfCollection(TypeFolder folder) {
  return FormOfCollection(folder).layout;
}

void CollectionRows::Begin(TypeFolder folder, Slice key) {
  folder_ = folder;
  elements_ = 0;
  const Slice prefix = FormOfCollection(folder).element_prefix;
  if (folder == TypeFolder::kLists) {
    MakeUserKey(prefix, key, &element_key_);
  } else {
    MakeElementKey(prefix, key, &element_key_);
  }
  prefix_size_ = element_key_.size();
  if (folder == TypeFolder::kZSets) {
    MakeElementKey(kZSetScorePrefix, key, &score_key_);
    score_prefix_size_ = score_key_.size();
  }
}

void CollectionRows::NextElementKey(Slice name) {
  ++elements_;
  element_key_.resize(prefix_size_);
  element_key_.append(name);
}

Status CollectionRows::Element(Slice first, Slice second) {
  if (folder_ == TypeFolder::kLists) {
    element_key_.resize(prefix_size_);
    AppendBe64(&element_key_, SortI64(static_cast<int64_t>(elements_++)));
    return rows_.Put(element_key_, first);
  }
  NextElementKey(first);
  return rows_.Put(element_key_, second);
}

Status CollectionRows::Scored(Slice member, uint64_t score_bits) {
  NextElementKey(member);
  value_.clear();
  AppendBe64(&value_, score_bits);
  SNAPTREE_TRY(rows_.Put(element_key_, value_));
  score_key_.resize(score_prefix_size_);
  AppendBe64(&score_key_, SortF64(score_bits));
  score_key_.append(member);
  return rows_.Put(score_key_, {});
}

Status CollectionRows::PutMeta(Slice key, uint64_t expire_at_ms) {
  const Slice prefix = FormOfCollection(folder_).meta_prefix;
  if (folder_ == TypeFolder::kLists) {
    MakeUserKey(prefix, key, &element_key_);
    MakeListMeta(elements_, expire_at_ms, &value_);
  } else {
    MakeElementKey(prefix, key, &element_key_);
    MakeCountMeta(elements_, expire_at_ms, &value_);
  }
  return rows_.Put(element_key_, value_);
}

}  // namespace snaptree::redis
