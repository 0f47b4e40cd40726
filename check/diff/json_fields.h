// What differs between two JSON documents of one record, member by member, in words that people
// read: of DynamoDB's typed values only the values, of Redis' arrays of names and values the names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/slice.h"

namespace snaptree {

// A member that differs. Values are texts of one line without control characters: strings in
// quotes, bytes that are no text as b"\xff", numbers as they stand in the document.
struct DiffField {
  std::string path;              // "order.lines[3].price"
  std::optional<std::string> a;  // nullopt: not there
  std::optional<std::string> b;
};

struct FieldDifferences {
  std::vector<DiffField> fields;  // the first kMaxFields, by path
  uint64_t more = 0;              // beyond them

  static constexpr size_t kMaxFields = 50;
  // Longer values and paths are cut, and end in "...".
  static constexpr size_t kMaxTextBytes = 1000;
};

// `path` is the record's address: it says what the document means. The order of members, white
// space and escapes make no difference. nullopt: one of the texts is no JSON. REQUIRES: texts of
// some MiB at most.
std::optional<FieldDifferences> CompareJson(Slice path, Slice a, Slice b);

// Two values that differ, as one member named "value".
FieldDifferences CompareValues(Slice a, Slice b);

// Cuts a text between two characters when it is longer.
std::string CutText(Slice text, size_t limit);
// Bytes in quotes, on one line.
std::string QuotedText(Slice bytes);

}  // namespace snaptree
