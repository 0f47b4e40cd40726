#include "adapters/dynamodb/dynamodb_item_encoder.h"

#include <utility>

#include "base/text.h"

namespace snaptree::dynamodb {
namespace {

// What keeps a value from being a part of a key, whose segment goes to *out; null: nothing.
const char* AppendKeyPart(const KeyValue& value, std::string* out) {
  if (value.type == 0) return "is not of type S, N or B";
  if (!AppendOrderedValue(value, out)) return "is of type N and no number that a node takes";
  return nullptr;
}

}  // namespace

ItemEncoder::ItemEncoder(const EncodeContext& context, const EncodeDynamodbOptions& options)
    : context_(context),
      options_(options),
      reader_(context.input),
      rows_(context.rows.Borrow()),
      message_(options.drop_empty_sets) {}

std::string ItemEncoder::Place::Text() const {
  std::string text(path);
  if (line != 0) text += ": line " + std::to_string(line);
  return text;
}

Status ItemEncoder::At(const Place& place, Status error) {
  if (error.ok()) return error;
  error = std::move(error).At(place.path);
  if (place.line != 0) error = std::move(error).Address("line " + std::to_string(place.line));
  return error;
}

Status ItemEncoder::File(const TablePlan& table, Slice path) {
  const Place place{path};
  SNAPTREE_TRY(reader_.Open(path));
  message_.Begin(&table.schema.key);
  if (reader_.size() <= kWholeItemBytes) {
    SNAPTREE_ASSIGN(const Slice text, reader_.ReadAll());
    SNAPTREE_TRY(At(place, json_.Read(text, &message_)));
  } else {
    const std::unique_ptr<TreeInputFile> file = reader_.Stream();
    SNAPTREE_TRY(At(place, ItemJson::ReadPieces([&] { return file->Next(); }, &message_)));
  }
  return At(place, Emit(table, place));
}

Status ItemEncoder::Line(const TablePlan& table, Slice path, uint64_t line, Slice text) {
  const Place place{path, line};
  message_.Begin(&table.schema.key);
  SNAPTREE_TRY(At(place, json_.Read(text, &message_)));
  return At(place, Emit(table, place));
}

Status ItemEncoder::Warn(const Place& place, const char* code, const char* text,
                         bool changes_tree) {
  context_.findings.Warn(code, text, place.Text());
  return changes_tree ? context_.differences.Add(place.path) : Status::Ok();
}

Status ItemEncoder::Emit(const TablePlan& table, const Place& place) {
  left_out_ = false;
  tail_.clear();
  PrimaryKey key;
  key.has_range = !table.schema.key.range.empty();
  SNAPTREE_TRY(TakeKeyPart(place, table.schema.key.hash, &key.hash));
  if (key.has_range && !left_out_)
    SNAPTREE_TRY(TakeKeyPart(place, table.schema.key.range, &key.range));
  if (left_out_) return {};
  if (message_.remarks().any()) SNAPTREE_TRY(Remark(place));
  SNAPTREE_TRY(CheckTypes(table, place, key));
  if (place.line == 0) SNAPTREE_TRY(CheckName(table, place, key));
  key_.assign(table.item_prefix).append(tail_);
  rows_->From(place.path, place.line);
  SNAPTREE_TRY(Put(key_, message_.body()));
  for (const TablePlan::Index& index : table.indexes) {
    SNAPTREE_TRY(PutIndexRow(table, place, index));
  }
  ++items_;
  return {};
}

Status ItemEncoder::PutRow(Slice path, Slice key, Slice body) {
  rows_->From(path);
  return At({path}, Put(key, body));
}

Status ItemEncoder::Put(Slice key, Slice body) {
  if (key.size() > kMaxUserKeyBytes) {
    return DataError("DdbEncodeKeyTooLarge", "the key of a row is longer than a live node loads")
        .Expected("at most " + Thousands(kMaxUserKeyBytes) + " bytes")
        .Found(Thousands(key.size()))
        .Next("shorten names or key attributes, or take it out of the tree");
  }
  if (body.size() > kMaxBodyBytes) {
    return DataError("DdbEncodeRowTooLarge", "the item is larger than any that a live node loads")
        .Expected("at most " + Thousands(kMaxBodyBytes) + " bytes")
        .Found(Thousands(body.size()))
        .Next("shorten the item, or take it out of the tree");
  }
  return rows_->Put(key, body);
}

Status ItemEncoder::Remark(const Place& place) {
  const MessageRemarks& remarks = message_.remarks();
  if (remarks.null_false) {
    SNAPTREE_TRY(Warn(place, "ddb_null_false",
                      "items with a NULL that is false, which a node cannot read: written as true",
                      true));
  }
  if (remarks.empty_set) {
    const bool drop = options_.drop_empty_sets;
    SNAPTREE_TRY(Warn(place, "ddb_empty_set",
                      drop ? "items with an empty set, which was left out"
                           : "items with an empty set, for which a node answers nothing",
                      drop));
  }
  if (remarks.set_duplicate) {
    SNAPTREE_TRY(
        Warn(place, "ddb_set_duplicate", "items with a set that has a value twice", false));
  }
  if (remarks.number_not_decimal) {
    SNAPTREE_TRY(Warn(place, "ddb_number_not_decimal",
                      "items with a number that is no decimal, kept as it stands", false));
  }
  if (remarks.number_out_of_range) {
    SNAPTREE_TRY(Warn(place, "ddb_number_out_of_range",
                      "items with a number of more digits or another size than DynamoDB knows, "
                      "kept as it stands",
                      false));
  }
  return {};
}

Status ItemEncoder::TakeKeyPart(const Place& place, const std::string& attribute, KeyValue* out) {
  const std::optional<KeyValue> value = message_.Attribute(attribute);
  if (!value) return InvalidKey(place, attribute, "is missing");
  *out = *value;
  const char* defect = AppendKeyPart(*value, &tail_);
  return defect == nullptr ? Status::Ok() : InvalidKey(place, attribute, defect);
}

Status ItemEncoder::InvalidKey(const Place& place, const std::string& attribute,
                               const char* defect) {
  if (options_.skip_invalid_items) {
    left_out_ = true;
    return Warn(place, "ddb_invalid_key_skipped",
                "items without a whole key were left out (--skip-invalid-items)", true);
  }
  return DataError("DdbEncodeInvalidKey",
                   "key attribute \"" + Printable(attribute) + "\" " + defect)
      .Expected("one of type S, N or B, as the table's schema has it")
      .Next("mend the item; encode --skip-invalid-items leaves such items out");
}

Status ItemEncoder::PutIndexRow(const TablePlan& table, const Place& place,
                                const TablePlan::Index& index) {
  const std::optional<KeyValue> hash = message_.Attribute(index.key.hash);
  if (!hash) return {};
  index_key_.assign(index.prefix);
  if (const char* defect = AppendKeyPart(*hash, &index_key_))
    return IndexDefect(place, index, index.key.hash, defect);
  if (!index.key.range.empty()) {
    const std::optional<KeyValue> range = message_.Attribute(index.key.range);
    if (!range) return {};
    if (const char* defect = AppendKeyPart(*range, &index_key_))
      return IndexDefect(place, index, index.key.range, defect);
  }
  index_key_.append(key_, table.item_prefix.size());
  return Put(index_key_, key_);
}

Status ItemEncoder::IndexDefect(const Place& place, const TablePlan::Index& index,
                                const std::string& attribute, const char* defect) {
  if (options_.skip_bad_index_keys) {
    return Warn(place, "ddb_index_key_skipped",
                "items that an index cannot hold have no row in it (--skip-bad-index-keys)", false);
  }
  return DataError("DdbEncodeIndexKey", "attribute \"" + Printable(attribute) +
                                            "\", a key of index \"" + Printable(index.name) +
                                            "\", " + defect)
      .Expected("one of type S, N or B, or none")
      .Next("mend the item; encode --skip-bad-index-keys leaves it out of the index");
}

std::unique_ptr<ItemEncoder> ItemEncoders::Take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<ItemEncoder> encoder = std::move(idle_.back());
      idle_.pop_back();
      return encoder;
    }
  }
  return std::make_unique<ItemEncoder>(context_, options_);
}

uint64_t ItemEncoders::items() const {
  uint64_t items = 0;
  for (const std::unique_ptr<ItemEncoder>& encoder : idle_) items += encoder->items();
  return items;
}

}  // namespace snaptree::dynamodb
