#include "adapters/s3/s3_sidecar.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "adapters/s3/s3_object_line.h"
#include "adapters/s3/s3_tree_json.h"
#include "adapters/s3/s3_tree_time.h"
#include "base/text.h"
#include "base/time_text.h"

namespace snaptree::s3 {
namespace {

constexpr const char* kCode = "S3EncodeInvalidSidecar";
constexpr unsigned kLogicalBits = 16;

constexpr Slice kHeadMembers[] = {
    "upload_id",        "etag",          "size_bytes",          "last_modified_hlc", "content_type",
    "content_encoding", "cache_control", "content_disposition", "user_metadata",     "parts"};

// A character of an HTTP token, upper case aside.
bool IsTokenChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         Slice("!#$%&'*+-.^_`|~").find(c) != Slice::npos;
}

bool IsHeaderText(Slice text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c == '\t' || (static_cast<uint8_t>(c) >= 0x20 && c != '\x7f');
  });
}

class SidecarReader {
 public:
  explicit SidecarReader(Sidecar* sidecar) : sidecar_(*sidecar) {}

  Status Take(const JsonMember& member, StoredJson* json, size_t index);

 private:
  Status TakeText(const JsonMember& member, std::string* out);
  Status TakeHeader(const JsonMember& member, std::string* out);
  Status TakeEtag(const JsonMember& member);
  Status TakeSize(const JsonMember& member);
  Status TakeTime(const JsonMember& member);
  Status TakeMetadata(const JsonMember& member);
  Status TakeSnaptree(const JsonMember& member, Slice raw);

  Sidecar& sidecar_;
};

Status SidecarReader::TakeText(const JsonMember& member, std::string* out) {
  Slice text;
  if (!ToText(member.value, &text)) return WrongType(kCode, member.name, "a string");
  if (text.empty()) sidecar_.other_form = true;
  *out = text;
  return {};
}

// What a node sends as an HTTP header.
Status SidecarReader::TakeHeader(const JsonMember& member, std::string* out) {
  SNAPTREE_TRY(TakeText(member, out));
  if (IsHeaderText(*out)) return {};
  return DataError(kCode, "the member \"" + Printable(member.name) + "\" has control characters")
      .Found(Printable(*out));
}

Status SidecarReader::TakeEtag(const JsonMember& member) {
  SNAPTREE_TRY(TakeText(member, &sidecar_.etag));
  std::string& etag = sidecar_.etag;
  if (etag.size() < 2 || etag.front() != '"' || etag.back() != '"') return {};
  etag = etag.substr(1, etag.size() - 2);
  sidecar_.other_form = true;
  return {};
}

Status SidecarReader::TakeSize(const JsonMember& member) {
  int64_t size = 0;
  if (!ToInt64(member.value, &size) || size < 0) {
    return WrongType(kCode, member.name, "a number, not negative");
  }
  sidecar_.size_bytes = static_cast<uint64_t>(size);
  return {};
}

Status SidecarReader::TakeTime(const JsonMember& member) {
  std::string text;
  SNAPTREE_TRY(TakeText(member, &text));
  if (text.empty()) return {};
  const std::optional<uint64_t> ms = ParseTreeTime(text);
  if (!ms) {
    return DataError(kCode, "the member \"last_modified\" is no time")
        .Expected("2023-11-14T22:13:20.5Z, or an offset in place of the Z")
        .Found(Printable(text));
  }
  sidecar_.last_modified_hlc = *ms << kLogicalBits;
  if (*ms == 0 || text != Rfc3339(*ms)) sidecar_.other_form = true;
  return {};
}

Status SidecarReader::TakeMetadata(const JsonMember& member) {
  simdjson::dom::object object;
  if (member.value.get_object().get(object)) return WrongType(kCode, member.name, "an object");
  if (object.size() == 0) sidecar_.other_form = true;
  for (const auto& [name, element] : object) {
    std::string lower(name);
    for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    if (lower != name) sidecar_.lowered_names = true;
    if (lower.empty() || !std::all_of(lower.begin(), lower.end(), IsTokenChar)) {
      return DataError(kCode, "a name in \"user_metadata\" cannot stand in an HTTP header")
          .Found(Printable(name));
    }
    Slice text;
    if (!ToText(element, &text)) return WrongType(kCode, name, "a string");
    if (!IsHeaderText(text)) {
      return DataError(kCode, "a value in \"user_metadata\" has control characters")
          .Found(Printable(text));
    }
    if (!sidecar_.user_metadata.emplace(lower, text).second) {
      return DataError(kCode, "two names in \"user_metadata\" differ in case only, or not at all")
          .Found(Printable(name));
    }
  }
  return {};
}

Status SidecarReader::TakeSnaptree(const JsonMember& member, Slice raw) {
  SNAPTREE_ASSIGN(SnaptreeMember own, ReadSnaptree(kCode, member.value, raw, kHeadMembers));
  sidecar_.part_sizes = std::move(own.part_sizes);
  sidecar_.extra = std::move(own.extra);
  sidecar_.other_form = sidecar_.other_form || own.has_empty;
  if (own.generation) own.unknown.emplace_back("generation");
  for (const std::string& name : own.unknown) {
    sidecar_.unknown_members.push_back("snaptree." + Printable(name));
  }
  return {};
}

Status SidecarReader::Take(const JsonMember& member, StoredJson* json, size_t index) {
  const std::pair<Slice, std::string*> texts[] = {
      {"content_type", &sidecar_.content_type},
      {"content_encoding", &sidecar_.content_encoding},
      {"cache_control", &sidecar_.cache_control},
      {"content_disposition", &sidecar_.content_disposition}};
  for (const auto& [name, text] : texts) {
    if (member.name == name) return TakeHeader(member, text);
  }
  if (member.name == "format_version") return {};  // looked at before
  if (member.name == "etag") return TakeEtag(member);
  if (member.name == "size_bytes") return TakeSize(member);
  if (member.name == "last_modified") return TakeTime(member);
  if (member.name == "user_metadata") return TakeMetadata(member);
  if (member.name == "snaptree") return TakeSnaptree(member, json->RawValue(index));
  sidecar_.unknown_members.push_back(Printable(member.name));
  return {};
}

}  // namespace

Result<Sidecar> ParseSidecar(Slice text, StoredJson* json, SidecarForm form) {
  const bool is_line = form == SidecarForm::kLine;
  SNAPTREE_TRY(
      ParseTreeObject(text, kCode, json, is_line ? kMaxObjectLineBytes : StoredJson::kMaxBytes));
  Sidecar sidecar;
  SidecarReader reader(&sidecar);
  for (size_t i = 0; i < json->members().size(); ++i) {
    const JsonMember& member = json->members()[i];
    if (is_line && (member.name == kLineKey || member.name == kLinePath)) continue;
    SNAPTREE_TRY(reader.Take(member, json, i));
  }
  if (!sidecar.size_bytes || sidecar.etag.empty()) sidecar.other_form = true;
  return sidecar;
}

}  // namespace snaptree::s3
