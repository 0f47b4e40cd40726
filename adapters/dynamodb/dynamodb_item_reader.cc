#include "adapters/dynamodb/dynamodb_item_reader.h"

#include "adapters/dynamodb/dynamodb_messages.h"

namespace snaptree::dynamodb {
namespace {

constexpr size_t kKeptBytes = size_t{1} << 20;

// Memory of a large item is not held on to.
void Shrink(std::string* storage) {
  if (storage->capacity() > kKeptBytes) std::string().swap(*storage);
}

}  // namespace

void ItemReader::SetKeySchema(const KeySchema* schema) {
  needs_key_ = schema != nullptr;
  renderer_.SetKeySchema(schema);
}

Result<bool> ItemReader::Read(const ValueRef& value) {
  if (value.size > kMaxItemBytes) {
    why_ = DataError("DdbInvalidItem", "the item is larger than any that a store can hold")
               .Expected("at most " + std::to_string(kMaxItemBytes) + " bytes")
               .Found(std::to_string(value.size));
    return false;
  }
  Shrink(&storage_);
  Shrink(&converted_);
  SNAPTREE_ASSIGN(const Slice bytes, LoadValue(source_, value, &storage_));
  why_ = Render(bytes);
  if (why_.ok()) return true;
  if (why_.kind() == ErrorKind::kData) return false;
  return why_;
}

Status ItemReader::Render(Slice value) {
  from_json_ = value.starts_with('{');
  if (from_json_) {
    SNAPTREE_TRY(json_.ToMessage(value, &converted_));
    message_ = converted_;
  } else if (value.starts_with(kItemMagic)) {
    message_ = value.substr(kItemMagic.size());
  } else {
    return DataError("DdbInvalidItem", "the item does not begin like one");
  }
  SNAPTREE_TRY(renderer_.Render(message_));
  if (!needs_key_ || key().complete()) return {};
  return DataError("DdbInvalidItem", "a key attribute is missing, or is not of type S, N or B");
}

}  // namespace snaptree::dynamodb
