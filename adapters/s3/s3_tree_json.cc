#include "adapters/s3/s3_tree_json.h"

#include <algorithm>

#include "base/text.h"

namespace snaptree::s3 {
namespace {

constexpr uint64_t kFormatVersion = 1;

Status CheckNamesDiffer(const char* code, std::vector<Slice> names) {
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice == names.end()) return {};
  return DataError(code, "the member \"" + Printable(*twice) + "\" stands there twice");
}

Status CheckFormatVersion(const char* code, const StoredJson& json) {
  for (const JsonMember& member : json.members()) {
    if (member.name != "format_version") continue;
    uint64_t version = 0;
    if (!ToUint64(member.value, &version)) return WrongType(code, member.name, "the number 1");
    if (version == kFormatVersion) return {};
    return DataError(code, "the file has a format that this version cannot read")
        .Expected("format_version 1")
        .Found(std::to_string(version));
  }
  return DataError(code, "the member \"format_version\" is missing");
}

// The members of x_extra, raw.
Result<std::string> RawExtra(const char* code, const simdjson::dom::element& value, Slice raw,
                             std::span<const Slice> known) {
  simdjson::dom::object object;
  if (value.get_object().get(object)) return WrongType(code, "x_extra", "an object");
  std::vector<Slice> names;
  for (const auto& [name, ignored] : object) {
    if (std::find(known.begin(), known.end(), name) != known.end()) {
      return DataError(code, "\"x_extra\" has the member \"" + Printable(name) +
                                 "\", which has a place of its own");
    }
    names.push_back(name);
  }
  SNAPTREE_TRY(CheckNamesDiffer(code, names));
  std::vector<RawMember> members;
  SplitRawMembers(raw, &members);
  std::string text;
  for (const RawMember& member : members) {
    text.append(1, ',').append(member.name).append(1, ':').append(member.value);
  }
  return text;
}

Result<std::vector<uint64_t>> PartSizes(const char* code, const simdjson::dom::element& value) {
  simdjson::dom::array array;
  if (value.get_array().get(array)) return WrongType(code, "part_sizes", "a list of sizes");
  std::vector<uint64_t> sizes;
  for (const simdjson::dom::element size : array) {
    uint64_t v = 0;
    if (!ToUint64(size, &v)) return WrongType(code, "part_sizes", "a list of sizes");
    sizes.push_back(v);
  }
  return sizes;
}

}  // namespace

Status WrongType(const char* code, Slice member, const char* expected) {
  return DataError(code, "the member \"" + Printable(member) + "\" has a wrong type")
      .Expected(expected);
}

Status ParseTreeObject(Slice text, const char* code, StoredJson* json, size_t max_bytes) {
  SNAPTREE_TRY(json->Parse(text, code, max_bytes));
  std::vector<Slice> names;
  names.reserve(json->members().size());
  for (const JsonMember& member : json->members()) names.push_back(member.name);
  SNAPTREE_TRY(CheckNamesDiffer(code, std::move(names)));
  return CheckFormatVersion(code, *json);
}

Result<SnaptreeMember> ReadSnaptree(const char* code, const simdjson::dom::element& value,
                                    Slice raw, std::span<const Slice> known) {
  simdjson::dom::object object;
  if (value.get_object().get(object)) return WrongType(code, "snaptree", "an object");
  std::vector<RawMember> raw_members;
  SplitRawMembers(raw, &raw_members);
  SnaptreeMember out;
  out.has_empty = raw_members.empty();
  std::vector<Slice> names;
  for (const auto& [name, element] : object) {
    if (name == "generation") {
      uint64_t generation = 0;
      if (!ToUint64(element, &generation)) return WrongType(code, name, "a number");
      out.generation = generation;
    } else if (name == "part_sizes") {
      SNAPTREE_ASSIGN(out.part_sizes, PartSizes(code, element));
    } else if (name == "x_extra") {
      SNAPTREE_ASSIGN(out.extra, RawExtra(code, element, raw_members[names.size()].value, known));
      out.has_empty = out.has_empty || out.extra.empty();
    } else {
      out.unknown.emplace_back(name);
    }
    names.push_back(name);
  }
  SNAPTREE_TRY(CheckNamesDiffer(code, std::move(names)));
  return out;
}

}  // namespace snaptree::s3
