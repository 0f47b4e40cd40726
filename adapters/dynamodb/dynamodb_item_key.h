// The primary key of an item, from its attributes: as the row's key has it (spec 03 chapter 1) and
// as file names have it (section 4.3). Stateless.
#pragma once

#include <string>

#include "adapters/dynamodb/dynamodb_schema.h"
#include "base/slice.h"

namespace snaptree::dynamodb {

// An attribute as a part of a key.
struct KeyValue {
  char type = 0;  // 'S', 'N' or 'B'; 0: not there, or of a type that no key can have
  Slice value;    // the text, or the bytes
};

struct PrimaryKey {
  KeyValue hash;
  KeyValue range;
  bool has_range = false;  // by the table's schema

  bool complete() const { return hash.type != 0 && (!has_range || range.type != 0); }
};

// Appends the ordered segment of one value. False when it is an N that is no number: the segment is
// then that of its text, which no key has.
bool AppendOrderedValue(const KeyValue& value, std::string* out);
// Sets the tail of a V2 key. False when an N text is no number; the tail is then a text of no key,
// but the same only for keys with the same texts in these places.
bool OrderedTail(const PrimaryKey& key, std::string* tail);
// Sets the tail of a legacy key.
void LegacyTail(const PrimaryKey& key, std::string* tail);

// The types that the table declares for its key attributes; 0: none that can be used.
struct DeclaredTypes {
  char hash = 0;
  char range = 0;

  static DeclaredTypes Of(const TableSchema& schema);
};

// Whether a type is not the one that the table declares, so that the name of the value ends with
// it. A table that declares none takes N only so.
inline bool NeedsTypeSuffix(char type, char declared) {
  return declared == 0 ? type == 'N' : type != declared;
}

// Appends "<hash>.json" or "<hash>/<range>.json".
void AppendItemPath(const PrimaryKey& key, const DeclaredTypes& declared, std::string* path);
// Whether AppendItemPath() could have given this path in a table with other definitions: each part
// with the suffix of its type or without.
bool IsItemPath(const PrimaryKey& key, Slice path);

}  // namespace snaptree::dynamodb
