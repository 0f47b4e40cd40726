#include "adapters/dynamodb/dynamodb_item_key.h"

#include <algorithm>

#include "adapters/dynamodb/dynamodb_keys.h"
#include "adapters/dynamodb/dynamodb_number.h"
#include "base/text.h"
#include "manifest/file_name_codec.h"

namespace snaptree::dynamodb {
namespace {

constexpr size_t kMaxShortInteger = 18;

// What most N keys are: its canonical form is the text itself.
bool IsShortInteger(Slice text) {
  if (text.empty() || text.size() > kMaxShortInteger) return false;
  if (text.front() == '0') return text.size() == 1;
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The name of a number, and whether it is one.
bool NumberName(Slice text, std::string* name) {
  if (IsShortInteger(text)) {
    name->assign(text);
    return true;
  }
  const std::optional<NumberText> number = ParseNumber(text);
  if (!number) {
    EncodeSegmentTo(text, name);
    return false;
  }
  if (const std::optional<std::string> canonical = CanonicalNumber(text, *number)) {
    EncodeSegmentTo(*canonical, name);
  } else {
    *name = FallbackName(TrimWhiteSpace(text));
  }
  return true;
}

// The name of one part without extension.
std::string PartName(const KeyValue& part, char declared, bool directory) {
  std::string name;
  bool suffix = NeedsTypeSuffix(part.type, declared);
  if (part.type == 'N') {
    suffix = !NumberName(part.value, &name) || suffix;
  } else if (part.type == 'B') {
    name = EncodeBinarySegment(part.value).name;
  } else if (directory && !suffix) {
    name = EncodeDirectorySegment(part.value).name;
  } else {
    EncodeSegmentTo(part.value, &name);
  }
  if (suffix) name.append("~").push_back(part.type);
  return name;
}

bool IsPartName(const KeyValue& part, bool directory, Slice name) {
  const char other = part.type == 'S' ? 'N' : 'S';
  return name == PartName(part, part.type, directory) || name == PartName(part, other, directory);
}

char DeclaredType(const TableSchema& schema, const std::string& attribute) {
  const auto found = schema.attribute_types.find(attribute);
  if (found == schema.attribute_types.end()) return 0;
  const std::string& type = found->second;
  return type == "S" || type == "N" || type == "B" ? type.front() : '\0';
}

}  // namespace

bool AppendOrderedValue(const KeyValue& value, std::string* out) {
  if (value.type != 'N') {
    AppendOrderedSegment(value.value, out);
    return true;
  }
  const std::optional<NumberText> number = ParseNumber(value.value);
  if (!number) {
    AppendOrderedSegment(value.value, out);
    return false;
  }
  std::string raw;
  AppendRawNumber(*number, &raw);
  AppendOrderedSegment(raw, out);
  return true;
}

bool OrderedTail(const PrimaryKey& key, std::string* tail) {
  tail->clear();
  const bool hash = AppendOrderedValue(key.hash, tail);
  const bool range = !key.has_range || AppendOrderedValue(key.range, tail);
  if (hash && range) return true;
  // No key goes on behind its last segment, so this is like none.
  tail->append(hash ? "range" : range ? "hash" : "both");
  return false;
}

void LegacyTail(const PrimaryKey& key, std::string* tail) {
  tail->clear();
  AppendBase64Url(tail, key.hash.value);
  *tail += '|';
  if (key.has_range) AppendBase64Url(tail, key.range.value);
}

DeclaredTypes DeclaredTypes::Of(const TableSchema& schema) {
  return {DeclaredType(schema, schema.key.hash), DeclaredType(schema, schema.key.range)};
}

void AppendItemPath(const PrimaryKey& key, const DeclaredTypes& declared, std::string* path) {
  path->append(PartName(key.hash, declared.hash, key.has_range));
  if (key.has_range) path->append("/").append(PartName(key.range, declared.range, false));
  path->append(".json");
}

bool IsItemPath(const PrimaryKey& key, Slice path) {
  constexpr Slice kExtension = ".json";
  if (!path.ends_with(kExtension)) return false;
  path.remove_suffix(kExtension.size());
  const size_t slash = path.find('/');
  if (!key.has_range) return slash == Slice::npos && IsPartName(key.hash, false, path);
  return slash != Slice::npos && IsPartName(key.hash, true, path.substr(0, slash)) &&
         IsPartName(key.range, false, path.substr(slash + 1));
}

}  // namespace snaptree::dynamodb
