#include "adapters/s3/s3_upload_records.h"

#include <algorithm>
#include <utility>

#include "adapters/s3/s3_head_plan.h"
#include "adapters/s3/s3_values.h"
#include "base/base64.h"
#include "base/text.h"

namespace snaptree::s3 {
namespace {

constexpr const char* kCode = "S3EncodeInvalidUpload";
constexpr size_t kLineMembers = 3;

Status Invalid(std::string what, Slice found = {}) {
  Status status = DataError(kCode, std::move(what));
  return found.empty() ? std::move(status) : std::move(status).Found(Printable(found));
}

Result<std::string> FromBase64(const JsonMember& member) {
  Slice text;
  std::string bytes;
  if (!ToText(member.value, &text) || !AppendFromBase64(&bytes, text)) {
    return Invalid("the member \"" + std::string(member.name) + "\" is no base64 with padding");
  }
  return bytes;
}

// Members of an object, each with its JSON text; a name that stands twice is an error.
class RawObject {
 public:
  Status Parse(Slice text, StoredJson* json) {
    SNAPTREE_TRY(json->Parse(text, kCode));
    for (size_t i = 0; i < json->members().size(); ++i) {
      const JsonMember& member = json->members()[i];
      if (Find(member.name) != nullptr) {
        return Invalid("the member \"" + Printable(member.name) + "\" stands there twice");
      }
      members_.emplace_back(member, json->Raw(i));
    }
    return {};
  }

  const JsonMember* Find(Slice name) const {
    for (const auto& [member, raw] : members_) {
      if (member.name == name) return &member;
    }
    return nullptr;
  }

  // 0 when it is not there.
  Result<uint64_t> Number(Slice name) const {
    const JsonMember* member = Find(name);
    uint64_t v = 0;
    if (member != nullptr && !ToUint64(member->value, &v)) {
      return Invalid("the member \"" + Printable(name) + "\" of a record is no number");
    }
    return v;
  }

  const std::vector<std::pair<JsonMember, RawMember>>& members() const { return members_; }

 private:
  std::vector<std::pair<JsonMember, RawMember>> members_;  // few
};

void AppendMember(std::string* out, Slice quoted_name, Slice value) {
  out->append(out->empty() ? "{" : ",").append(quoted_name).append(1, ':').append(value);
}

}  // namespace

Result<UploadRecord> ParseUploadLine(Slice line, StoredJson* json) {
  RawObject object;
  SNAPTREE_TRY(object.Parse(line, json));
  const JsonMember* prefix = object.Find("prefix");
  const JsonMember* key = object.Find("key");
  const JsonMember* value = object.Find("value");
  Slice family;
  if (prefix == nullptr || key == nullptr || value == nullptr || !ToText(prefix->value, &family)) {
    return Invalid("a line needs the members \"prefix\", \"key\" and \"value\"");
  }
  UploadRecord record;
  record.is_part = family == kUploadPartPrefix;
  record.has_unknown = object.members().size() > kLineMembers;
  if (!record.is_part && family != kUploadMetaPrefix) {
    return Invalid("a line's \"prefix\" is that of no record of an upload", family);
  }
  SNAPTREE_ASSIGN(const std::string whole_key, FromBase64(*key));
  SNAPTREE_ASSIGN(record.value, FromBase64(*value));
  if (!whole_key.starts_with(family)) {
    return Invalid("a line's \"key\" does not begin with its \"prefix\"", whole_key);
  }
  record.tail = whole_key.substr(family.size());
  S3Key parsed;
  const KeyLayout layout = record.is_part ? KeyLayout::kPart : KeyLayout::kUpload;
  if (ParseTail(record.tail, layout, &parsed) != KeyShape::kGood) {
    return Invalid("a line's \"key\" is malformed", whole_key);
  }
  return record;
}

Result<std::string> WithGeneration(Slice value, uint64_t generation, StoredJson* json) {
  const Status good = CheckUploadMeta(value, json);
  if (!good.ok()) return Invalid(good.info().what);
  RawObject object;
  SNAPTREE_TRY(object.Parse(value, json));
  SNAPTREE_ASSIGN(const uint64_t stored, object.Number("generation"));
  if (stored == generation) return std::string(value);
  const std::string text = std::to_string(generation);
  std::string out;
  for (const auto& [member, raw] : object.members()) {
    AppendMember(&out, raw.name, member.name == "generation" ? Slice(text) : raw.value);
  }
  if (object.Find("generation") == nullptr) AppendMember(&out, "\"generation\"", text);
  return out + '}';
}

Result<UploadedPart> ReadUploadedPart(Slice value, uint64_t number, StoredJson* json) {
  RawObject object;
  SNAPTREE_TRY(object.Parse(value, json));
  UploadedPart part;
  SNAPTREE_ASSIGN(part.size, object.Number("size_bytes"));
  SNAPTREE_ASSIGN(part.version, object.Number("part_version"));
  SNAPTREE_ASSIGN(const uint64_t ref_version, object.Number("chunk_ref_version"));
  const JsonMember* etag = object.Find("etag");
  Slice text;
  if (etag == nullptr || !ToText(etag->value, &text)) {
    return Invalid("a part's record has no \"etag\"");
  }
  part.etag = text;
  if (part.size > kMaxPartBytes) {
    return Invalid("a part's \"size_bytes\" is larger than a part can be");
  }
  const std::string sizes = ChunkSizesJson(part.size);
  std::string quoted_etag;
  AppendJsonString(&quoted_etag, part.etag, HtmlEscape::kOn);
  std::string& out = part.value;
  AppendMember(&out, "\"part_no\"", std::to_string(number));
  AppendMember(&out, "\"etag\"", quoted_etag);
  AppendMember(&out, "\"size_bytes\"", std::to_string(part.size));
  AppendMember(&out, "\"chunk_count\"", std::to_string(ChunksOf(part.size)));
  if (!sizes.empty()) AppendMember(&out, "\"chunk_sizes\"", sizes);
  if (part.version != 0) AppendMember(&out, "\"part_version\"", std::to_string(part.version));
  if (ref_version != 0) AppendMember(&out, "\"chunk_ref_version\"", std::to_string(ref_version));
  constexpr Slice kKnown[] = {"part_no",     "etag",         "size_bytes",        "chunk_count",
                              "chunk_sizes", "part_version", "chunk_ref_version", "offloaded"};
  for (const auto& [member, raw] : object.members()) {
    const bool known =
        std::find(std::begin(kKnown), std::end(kKnown), member.name) != std::end(kKnown);
    if (!known) AppendMember(&out, raw.name, raw.value);
  }
  out += '}';
  return part;
}

}  // namespace snaptree::s3
