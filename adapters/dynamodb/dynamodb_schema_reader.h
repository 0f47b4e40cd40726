// Reads _schema.json and _schema_ext.json as people and tools make them (spec 03 sections 4.2, 4.5
// and 6.1): strictly, since a wrong schema makes a table that nobody can use.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "adapters/dynamodb/dynamodb_schema.h"
#include "base/result.h"
#include "base/slice.h"

namespace snaptree::dynamodb {

// What is legal and still has to be told.
struct SchemaRemarks {
  bool definition_added = false;   // of a key attribute that only the key gives a type
  bool unusual_key_type = false;   // not S, N or B
  bool unused_attributes = false;  // non_key_attributes of another projection than INCLUDE
  // Members that no row holds, each with its place: "\"range_kay\" of \"primary_key\"".
  std::vector<std::string> ignored;
};

// Sets all of *out but the numbers of the keys' form and of generations. "DdbEncodeInvalidSchema",
// without a place. REQUIRES: text.size() <= kMaxTableBytes.
Status ReadSchema(Slice text, TableSchema* out, SchemaRemarks* remarks);

struct SchemaExtension {
  uint64_t generation = 0;  // 0: not told
  uint64_t counter = 0;     // 0: not told
  uint64_t key_encoding_version = kUsualKeyEncoding;
  uint64_t migrating_from = 0;
  std::string unknown_fields;
  std::vector<std::string> ignored;  // members that no row holds
};
// "DdbEncodeInvalidSchema", without a place.
Result<SchemaExtension> ReadExtension(Slice text);

// Of both: the names of an object's members, none of which may stand twice.
Status CheckMemberNames(std::vector<Slice> names, const std::string& where);

// Whether two valid JSON texts differ in nothing but white space.
bool SameJson(Slice a, Slice b);

}  // namespace snaptree::dynamodb
