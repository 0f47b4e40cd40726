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

// Appends "<hash>.json" or "<hash>/<range>.json".
void AppendItemPath(const PrimaryKey& key, const DeclaredTypes& declared, std::string* path);

}  // namespace snaptree::dynamodb
