// DynamoDB keys, numbers, records of tables, items in both stored forms, on arbitrary bytes. Beyond
// not crashing: what parses is exactly the bytes of its parts, pretty and compact text say the
// same, text reads back to an item with the same text, file names are safe.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "adapters/dynamodb/dynamodb_item_key.h"
#include "adapters/dynamodb/dynamodb_item_renderer.h"
#include "adapters/dynamodb/dynamodb_json_item.h"
#include "adapters/dynamodb/dynamodb_keys.h"
#include "adapters/dynamodb/dynamodb_number.h"
#include "adapters/dynamodb/dynamodb_schema.h"
#include "base/base64.h"
#include "base/text.h"
#include "manifest/tree_path.h"

namespace {

using namespace snaptree;
using namespace snaptree::dynamodb;

constexpr size_t kMaxComponentBytes = 255;

void Require(bool holds) {
  if (!holds) std::abort();
}

void CheckItemKey(Slice bytes) {
  ItemKey key;
  const std::string logical = std::string(kItemPrefix).append(bytes);
  if (!SplitItemKey(logical, &key)) return;
  Require(std::string(key.scope).append(key.tail) == bytes);
  Require(!(IsOrderedTail(key.tail) && IsLegacyTail(key.tail)));
  if (const auto name = ParseTableSegment(key.table)) Require(Base64Url(*name) == key.table);
  if (const auto n = ParseDecimal(key.generation)) Require(std::to_string(*n) == key.generation);
}

void CheckPrimaryKey(Slice bytes, char type, char declared) {
  const size_t half = bytes.size() / 2;
  const PrimaryKey key = {{type, bytes.substr(0, half)}, {type, bytes.substr(half)}, true};
  std::string tail;
  Require(OrderedTail(key, &tail) == IsOrderedTail(tail));
  LegacyTail(key, &tail);
  Require(IsLegacyTail(tail));
  std::string path;
  AppendItemPath(key, {declared, declared}, &path);
  Require(IsSafeTreePath(path));
  const size_t slash = path.find('/');
  Require(slash <= kMaxComponentBytes && path.size() - slash - 1 <= kMaxComponentBytes);
}

// The name of a number is a number again, of the same key, unless it is a fraction or a fallback.
void CheckNumber(Slice bytes) {
  const auto number = ParseNumber(bytes);
  if (!number) return;
  std::string raw;
  AppendRawNumber(*number, &raw);
  const auto name = CanonicalNumber(bytes, *number);
  if (!name || name->find('/') != std::string::npos) return;
  const auto again = ParseNumber(*name);
  Require(again.has_value());
  std::string raw_again;
  AppendRawNumber(*again, &raw_again);
  Require(raw == raw_again);
}

std::string TextOf(Slice message, JsonStyle style) {
  ItemRenderer item(style);
  if (!item.Render(message).ok()) return "";
  Require(item.is_whole() && item.text().size() == item.text_bytes());
  return item.text();
}

void CheckJson(Slice json, const std::string& expected) {
  JsonItem item;
  std::string message;
  if (!item.ToMessage(json, &message).ok()) {
    Require(expected.empty());
    return;
  }
  const std::string text = TextOf(message, JsonStyle::kCompact);
  if (!expected.empty()) Require(text == expected);
}

void CheckItem(Slice bytes) {
  const std::string compact = TextOf(bytes, JsonStyle::kCompact);
  const std::string pretty = TextOf(bytes, JsonStyle::kPretty);
  Require(compact.empty() == pretty.empty());
  if (compact.empty()) return;
  Require(IsUtf8(compact));
  // The parser's own limit is a thousand levels of brackets; an item can have twice as many.
  ItemRenderer item(JsonStyle::kCompact);
  if (!item.Render(bytes).ok() || item.remarks().too_deep) return;
  CheckJson(compact, compact);
  CheckJson(pretty, compact);
}

void CheckSchema(Slice bytes) {
  const Result<TableSchema> schema = ParseTableSchema(bytes);
  if (!schema.ok()) return;
  Require(!schema->key.hash.empty());
  Require(IsUtf8(SchemaText("t", *schema)));
}

void CheckBase64(Slice bytes) {
  std::string text;
  AppendBase64(&text, bytes);
  std::string decoded;
  Require(AppendFromBase64(&decoded, text) && decoded == bytes);
  decoded.clear();
  if (!AppendFromBase64(&decoded, bytes)) return;
  text.clear();
  AppendBase64(&text, decoded);
  Require(text == bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Slice bytes(reinterpret_cast<const char*>(data), size);
  CheckItemKey(bytes);
  for (const char type : {'S', 'N', 'B'}) {
    for (const char declared : {'\0', 'S', 'N', 'B'}) CheckPrimaryKey(bytes, type, declared);
  }
  CheckNumber(bytes);
  CheckItem(bytes);
  if (size > 0) CheckJson(bytes, "");
  CheckSchema(bytes);
  CheckBase64(bytes);
  return 0;
}
