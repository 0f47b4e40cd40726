// The record of a table (spec 03 sections 2.1 and 2.3): protobuf behind a magic, or the bare JSON
// of old servers.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/slice.h"

namespace snaptree::dynamodb {

// No node can store a larger one: it comes in one request of a megabyte.
inline constexpr uint64_t kMaxTableBytes = uint64_t{16} << 20;

// Of tables with ordered keys, as servers of today make them.
inline constexpr uint64_t kUsualKeyEncoding = 2;

// From here on an encoder takes no generation: a node counts them up from 1, and none comes near.
inline constexpr uint64_t kGenerationLimit = uint64_t{1} << 56;

struct KeySchema {
  std::string hash;
  std::string range;  // empty: none
};

struct IndexSchema {
  KeySchema key;
  std::string projection_type;                  // as stored
  std::vector<std::string> non_key_attributes;  // in stored order
};

struct TableSchema {
  std::string name;
  std::map<std::string, std::string> attribute_types;  // by attribute; as the client sent them
  KeySchema key;
  std::map<std::string, IndexSchema> indexes;
  uint64_t key_encoding_version = 0;
  uint64_t migrating_from = 0;  // M; 0: none
  uint64_t generation = 0;      // G
  std::string unknown_fields;   // of the table message itself, concatenated
  bool from_json = false;

  bool has_ordered_keys() const { return key_encoding_version >= kUsualKeyEncoding; }
};

// "DdbInvalidSchema". REQUIRES: value.size() <= kMaxTableBytes.
Result<TableSchema> ParseTableSchema(Slice value);

// _schema.json (section 4.2); `table` is the name in the table's key.
std::string SchemaText(Slice table, const TableSchema& schema);

// _schema_ext.json (section 4.5): what _schema.json has no place for. counter: the number of the
// generation counter, when its row is there.
std::string ExtensionText(const TableSchema& schema, std::optional<uint64_t> counter);

// The row's value as servers of today write it (section 2.1).
std::string TableMessage(const TableSchema& schema);

}  // namespace snaptree::dynamodb
