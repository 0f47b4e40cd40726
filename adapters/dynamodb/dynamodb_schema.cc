#include "adapters/dynamodb/dynamodb_schema.h"

#include "adapters/dynamodb/dynamodb_messages.h"
#include "adapters/dynamodb/dynamodb_schema_json.h"
#include "adapters/dynamodb/dynamodb_wire_reader.h"
#include "base/text.h"

namespace snaptree::dynamodb {
namespace {

constexpr auto kBytes = WireType::kBytes;

bool TakeString(Slice bytes, std::string* out) {
  *out = bytes;
  return IsUtf8(bytes);
}

bool ParseKey(Slice message, KeySchema* out) {
  WireReader in(message);
  while (in.Next()) {
    if (in.Is(1, kBytes) && !TakeString(in.bytes(), &out->hash)) return false;
    if (in.Is(2, kBytes) && !TakeString(in.bytes(), &out->range)) return false;
  }
  return in.ok();
}

bool ParseProjection(Slice message, IndexSchema* out) {
  WireReader in(message);
  while (in.Next()) {
    if (in.Is(1, kBytes) && !TakeString(in.bytes(), &out->projection_type)) return false;
    if (in.Is(2, kBytes) && !TakeString(in.bytes(), &out->non_key_attributes.emplace_back())) {
      return false;
    }
  }
  return in.ok();
}

bool ParseDefinition(Slice entry, TableSchema* out) {
  std::string name;
  std::string type;
  WireReader in(entry);
  while (in.Next()) {
    if (in.Is(1, kBytes) && !TakeString(in.bytes(), &name)) return false;
    if (in.Is(2, kBytes) && !TakeString(in.bytes(), &type)) return false;
  }
  out->attribute_types[name] = type;
  return in.ok();
}

bool ParseIndex(Slice message, IndexSchema* out) {
  WireReader in(message);
  while (in.Next()) {
    if (in.Is(1, kBytes) && !ParseKey(in.bytes(), &out->key)) return false;
    if (in.Is(2, kBytes) && !ParseProjection(in.bytes(), out)) return false;
  }
  return in.ok();
}

bool ParseIndexEntry(Slice entry, TableSchema* out) {
  std::string name;
  IndexSchema index;
  WireReader in(entry);
  while (in.Next()) {
    if (in.Is(1, kBytes) && !TakeString(in.bytes(), &name)) return false;
    if (in.Is(2, kBytes) && !ParseIndex(in.bytes(), &index)) return false;
  }
  out->indexes[name] = std::move(index);
  return in.ok();
}

bool ParseMessage(Slice message, TableSchema* out) {
  constexpr auto kVarint = WireType::kVarint;
  WireReader in(message);
  while (in.Next()) {
    bool good = true;
    if (in.Is(1, kBytes)) {
      good = TakeString(in.bytes(), &out->name);
    } else if (in.Is(2, kBytes)) {
      good = ParseDefinition(in.bytes(), out);
    } else if (in.Is(3, kBytes)) {
      good = ParseKey(in.bytes(), &out->key);
    } else if (in.Is(4, kBytes)) {
      good = ParseIndexEntry(in.bytes(), out);
    } else if (in.Is(5, kVarint)) {
      out->key_encoding_version = in.varint();
    } else if (in.Is(6, kVarint)) {
      out->migrating_from = in.varint();
    } else if (in.Is(7, kVarint)) {
      out->generation = in.varint();
    } else {
      out->unknown_fields += in.field();
    }
    if (!good) return false;
  }
  return in.ok();
}

}  // namespace

Result<TableSchema> ParseTableSchema(Slice value) {
  TableSchema schema;
  if (value.starts_with('{')) {
    SNAPTREE_TRY(ParseTableJson(value, &schema));
  } else if (!value.starts_with(kTableMagic)) {
    return DataError("DdbInvalidSchema", "the table's record does not begin like one");
  } else if (!ParseMessage(value.substr(kTableMagic.size()), &schema)) {
    return DataError("DdbInvalidSchema", "the table's record is no message, or not UTF-8");
  }
  if (schema.key.hash.empty()) {
    return DataError("DdbInvalidSchema", "the table's record names no hash key");
  }
  return schema;
}

}  // namespace snaptree::dynamodb
