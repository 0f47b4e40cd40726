#include "tests/support/dynamodb_rows.h"

#include "base/text.h"

namespace snaptree::test::ddb {
namespace {

std::string Varint(uint64_t v) {
  std::string out;
  while (v > 127) {
    out += static_cast<char>(v % 128 + 128);
    v /= 128;
  }
  return out + static_cast<char>(v);
}

std::string Repeated(uint64_t number, const Texts& values) {
  std::string list;
  for (const std::string& value : values) list += Field(1, value);
  return Field(number, list);
}

std::string Entries(const Attributes& members) {
  std::string map;
  for (const auto& [name, value] : members) map += Field(1, Field(1, name) + Field(2, value));
  return map;
}

std::string Number(uint64_t number, uint64_t v) {
  return v == 0 ? "" : Varint(number * 8) + Varint(v);
}

std::string Scope(Slice family, Slice table, uint64_t generation) {
  return std::string(family) + Base64Url(table) + "|" + std::to_string(generation) + "|";
}

}  // namespace

std::string Field(uint64_t number, Slice bytes) {
  return Varint(number * 8 + 2) + Varint(bytes.size()) + std::string(bytes);
}
std::string Flag(uint64_t number, bool flag) { return Varint(number * 8) + Varint(flag ? 1 : 0); }

std::string S(Slice text) { return Field(1, text); }
std::string N(Slice text) { return Field(2, text); }
std::string B(Slice bytes) { return Field(3, bytes); }
std::string Bool(bool v) { return Flag(4, v); }
std::string Null() { return Flag(5, true); }
std::string Ss(const Texts& texts) { return Repeated(6, texts); }
std::string Ns(const Texts& texts) { return Repeated(7, texts); }
std::string Bs(const Texts& blobs) { return Repeated(8, blobs); }
std::string L(const Texts& values) { return Repeated(9, values); }
std::string M(const Attributes& members) { return Field(10, Entries(members)); }

std::string Item(const Attributes& attributes) {
  return std::string("\0DI\x01", 4) + Entries(attributes);
}

std::string Segment(Slice raw) {
  std::string out;
  for (const char c : raw) {
    out += c;
    if (c == '\0') out += '\xff';
  }
  return out + std::string("\0\x01", 2);
}

std::string ItemRow(Slice table, uint64_t generation, Slice tail) {
  return Scope("!ddb|item|", table, generation) + std::string(tail);
}

std::string LegacyRow(Slice table, uint64_t generation, Slice hash, Slice range) {
  return Scope("!ddb|item|", table, generation) + Base64Url(hash) + "|" + Base64Url(range);
}

std::string TableRow(Slice table) { return "!ddb|meta|table|" + Base64Url(table); }
std::string CounterRow(Slice table) { return "!ddb|meta|gen|" + Base64Url(table); }

std::string TableValue(const TableFields& table) {
  std::string out("\0DS\x01", 4);
  out += Field(1, table.name);
  for (const auto& [name, type] : table.definitions) {
    out += Field(2, Field(1, name) + Field(2, type));
  }
  out += Field(3, Field(1, table.hash) + (table.range.empty() ? "" : Field(2, table.range)));
  return out + Number(5, table.version) + Number(6, table.migrating_from) +
         Number(7, table.generation);
}

}  // namespace snaptree::test::ddb
