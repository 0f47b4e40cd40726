// The record of a table (spec 03 sections 2.1 and 2.3): protobuf behind a magic, or the bare JSON
// of old servers.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/slice.h"

namespace snaptree::dynamodb {

// No node can store a larger one: it comes in one request of a megabyte.
inline constexpr uint64_t kMaxTableBytes = uint64_t{16} << 20;

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

  bool has_ordered_keys() const { return key_encoding_version >= 2; }
};

// "DdbInvalidSchema". REQUIRES: value.size() <= kMaxTableBytes.
Result<TableSchema> ParseTableSchema(Slice value);

// _schema.json (section 4.2); `table` is the name in the table's key.
std::string SchemaText(Slice table, const TableSchema& schema);

}  // namespace snaptree::dynamodb
