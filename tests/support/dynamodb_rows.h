// Logical rows of the DynamoDB families: keys and values as spec 03 chapters 1 and 2 describe them,
// written down once more, apart from adapters/dynamodb, so that a mistake there is seen.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/slice.h"

namespace snaptree::test::ddb {

using Attributes = std::vector<std::pair<std::string, std::string>>;  // name, message of the value
using Texts = std::vector<std::string>;

// One field of a message.
std::string Field(uint64_t number, Slice bytes);
std::string Flag(uint64_t number, bool flag);

// Messages of attribute values.
std::string S(Slice text);
std::string N(Slice text);
std::string B(Slice bytes);
std::string Bool(bool v);
std::string Null();
std::string Ss(const Texts& texts);
std::string Ns(const Texts& texts);
std::string Bs(const Texts& blobs);
std::string L(const Texts& values);
std::string M(const Attributes& members);

// The value of an item row; entries in the order given.
std::string Item(const Attributes& attributes);

// raw(v) as an ordered segment.
std::string Segment(Slice raw);
// Of a row of today: the tail is one segment, or two.
std::string ItemRow(Slice table, uint64_t generation, Slice tail);
// Of a row of old servers: the texts of the keys.
std::string LegacyRow(Slice table, uint64_t generation, Slice hash, Slice range = {});
std::string TableRow(Slice table);
std::string CounterRow(Slice table);

struct TableFields {
  std::string name;
  Attributes definitions;  // attribute, type
  std::string hash;
  std::string range = {};
  uint64_t version = 2;
  uint64_t migrating_from = 0;
  uint64_t generation = 1;
};
std::string TableValue(const TableFields& table);

}  // namespace snaptree::test::ddb
